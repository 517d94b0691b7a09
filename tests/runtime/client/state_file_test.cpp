// Records of uploads: as the original writes them, as we do, and broken ones.
#include "runtime/client/state_file.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/hash.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::string manifest = R"({"name":"x","version":"1","containers":[]})";
const std::string hash
  = runtime::hash_manifest(*runtime::parse_json(R"({"name":"x","version":"1","containers":[]})"))
      .text;

/// As the original wrote it, after `cron create`: without line breaks.
std::string original() {
  return R"({"description":"words","manifestHash":")" + hash
         + R"(","generatedManifest":{"manifest":)" + manifest
         + R"(,"private":{}},"options":{"maxMonthlyRate":10,"units":"XRP","duration":600},)"
           R"("hostList":["https://a.example","http://localhost:3000"],"status":{"hostDetails":{)"
           R"("https://a.example":{"url":"https://u","expirationDate":"11-22-2026 17:26:00 +0100",)"
           R"("price":{"totalPaid":"2283106","lastPaid":"2283106","units":"nXRP"}}},)"
           R"("cronJobs":[{"job":"@hourly x","creationDate":"11-22-2026 17:26:00 +0100"}]}})";
}

std::string read(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream{path}.rdbuf();
  return all.str();
}

delivery pod_until(const char* time) { return {"http://u/", hash, *parse_iso_time(time)}; }

} // namespace

TEST_SUITE("runtime/client/state_file") {
  TEST_CASE("a record of the original client is read whole") {
    const auto state = pod_state::parse(original(), "s");
    REQUIRE(state);
    CHECK(state->hash() == hash);
    CHECK(state->hosts() == std::vector<std::string>{"https://a.example", "http://localhost:3000"});
    CHECK(state->expiry("https://a.example") == *parse_iso_time("2026-11-22T16:26:00Z"));
    CHECK(!state->expiry("http://localhost:3000"));
    CHECK(state->total_paid("https://a.example") == "2283106 nXRP");
    CHECK(state->duration() == 600s);
    CHECK(state->monthly() == whole_amount{{10, 0}, "XRP"});
    CHECK(state->unfinished().empty());
  }

  TEST_CASE("what is not known here stays as it is") {
    auto text = original();
    text.insert(1, R"("future":[1,{"a":null}],)");
    auto state = pod_state::parse(text, "s");
    REQUIRE(state);
    state->record("https://a.example", pod_until("2026-11-22T17:26:00Z"), 7, {"XRP", 9});
    const auto again = *runtime::parse_json(state->text());
    CHECK(dump(*again.find("future")) == R"([1,{"a":null}])");
    CHECK(again.find("status")->find("cronJobs")->array()->size() == 1);
    CHECK(state->total_paid("https://a.example") == "2283113 nXRP");
  }

  TEST_CASE("amounts of one unit are added up, and of another begin anew") {
    auto state
      = pod_state::for_upload(*runtime::parse_json(R"({"manifest":)" + manifest + "}"), hash);
    state.record("http://h", pod_until("2026-11-22T17:26:00Z"), 5, {"XRP", 9});
    state.record("http://h", pod_until("2026-11-22T18:26:00Z"), 6, {"XRP", 9});
    CHECK(state.total_paid("http://h") == "11 nXRP");
    state.record("http://h", pod_until("2026-11-22T19:26:00Z"), 2, {"EUR", 2});
    CHECK(state.total_paid("http://h") == "2 cEUR");
    CHECK(state.hosts() == std::vector<std::string>{"http://h"});
    CHECK(unit_name({"XRP", 0}) == "XRP");
    CHECK(unit_name({"XRP", 6}) == "µXRP");
    CHECK(unit_name({"XRP", 4}) == "XRPe-4");
  }

  TEST_CASE("an unfinished payment is kept until a pod comes of it, and is counted then") {
    auto state
      = pod_state::for_upload(*runtime::parse_json(R"({"manifest":)" + manifest + "}"), hash);
    state.set_unfinished("http://h", "AAECAwQFBgcICQoLDA0ODw");
    state.add_to_unfinished("http://h", 30);
    state.add_to_unfinished("http://h", 12);
    auto again = *pod_state::parse(state.text(), "s");
    CHECK(again.unfinished() == std::vector<std::string>{"http://h"});
    CHECK((*again.token_of("http://h"))[15] == std::byte{15});
    CHECK(!again.token_of("http://i"));
    again.record("http://h", pod_until("2026-11-22T17:26:00Z"), 8, {"XRP", 9});
    CHECK(again.unfinished().empty());
    CHECK(again.text().find("unfinished") == std::string::npos);
    CHECK(again.total_paid("http://h") == "50 nXRP");
  }

  TEST_CASE("broken records are refused in one sentence") {
    struct row {
      std::string text;
      const char* why;
    };
    auto other = original();
    other.replace(other.find(hash), 5, "aaaaa");
    auto no_host = original();
    no_host.replace(no_host.find("\"https://a.example\""), 19, "5");
    const row rows[] = {
      {"", "s is empty"},
      {" \n", "s is empty"},
      {"{", "s is not JSON: "},
      {"\xff", "s is not JSON: "},
      {"[]", "s holds no JSON object"},
      {"{}", "s has no manifest in generatedManifest"},
      {other, "s tells another manifestHash than its manifest has"},
      {no_host, "s has something in its hostList that is no host"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.why);
      const auto state = pod_state::parse(r.text, "s");
      REQUIRE(!state);
      CHECK_MESSAGE(state.failure().what.starts_with(r.why), state.failure().what);
      CHECK(state.failure().what.find('\n') == std::string::npos);
    }
  }

  TEST_CASE("options that are missing, zero or odd are none") {
    for (const char* options : {"{}", R"({"maxMonthlyRate":0,"units":"XRP","duration":0})",
                                R"({"maxMonthlyRate":-1,"units":"XRP","duration":-5})",
                                R"({"maxMonthlyRate":"x","units":5,"duration":1.5})"}) {
      CAPTURE(options);
      auto text = original();
      const auto at = text.find("\"options\":") + 10;
      text.replace(at, text.find('}', at) - at + 1, options);
      const auto state = pod_state::parse(text, "s");
      REQUIRE(state);
      CHECK(!state->duration());
      CHECK(!state->monthly());
    }
  }

  TEST_CASE("times are read as they were written") {
    const auto t = *parse_iso_time("2026-02-28T23:59:59Z");
    CHECK(parse_state_time(state_time(t)) == t);
    CHECK(parse_state_time("02-28-2026 18:29:59 -0530") == t);
    for (const char* bad :
         {"", "2026-02-28T23:59:59Z", "02-30-2026 00:00:00 +0000", "02-28-2026 24:00:00 +0000",
          "02-28-2026 00:00:00 0000", "02-28-2026 00:00:00 +0000x", "02-28-2026 00:00:00 +0060"}) {
      CAPTURE(bad);
      CHECK(!parse_state_time(bad));
    }
  }

  TEST_CASE("C-18 a record is for its owner alone, and never half written") {
    const temp_dir dir;
    const auto path = dir.path() + "/a.codiusstate.json";
    REQUIRE(write_file_safely(path, "old"));
    ::chmod(path.c_str(), 0666);
    REQUIRE(write_file_safely(path, "new"));
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(read(path) == "new");
    // A link goes on pointing at the file.
    fs::create_symlink(path, dir.path() + "/link");
    REQUIRE(write_file_safely(dir.path() + "/link", "newest"));
    CHECK(fs::is_symlink(dir.path() + "/link"));
    CHECK(read(path) == "newest");
    size_t files = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator{dir.path()})
      ++files;
    CHECK(files == 2); // nothing is left behind
    const auto failed = write_file_safely(dir.path() + "/nowhere/x", "text");
    REQUIRE(!failed);
    CHECK(failed.failure().what.find("cannot be written") != std::string::npos);
  }

  TEST_CASE("the only record of a directory is the one that is meant") {
    const temp_dir dir;
    CHECK(find_state_file({}, dir.path()).failure().what
          == "there is no file here that ends in .codiusstate.json");
    std::ofstream{dir.path() + "/one.codiusstate.json"} << "x";
    std::ofstream{dir.path() + "/one.codiusstate.json.old-abc"} << "x";
    CHECK(*find_state_file({}, dir.path()) == dir.path() + "/one.codiusstate.json");
    CHECK(*find_state_file(std::string{usual_state_file}, dir.path())
          == dir.path() + "/one.codiusstate.json");
    CHECK(*find_state_file(std::string{"other"}, dir.path()) == "other");
    std::ofstream{dir.path() + "/two.codiusstate.json"} << "x";
    CHECK(find_state_file({}, dir.path()).failure().next == "Name one with --codius-state-file");
  }
}
