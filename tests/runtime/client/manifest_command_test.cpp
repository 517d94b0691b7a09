#include "runtime/base/json.hpp"
#include "runtime/client/manifest_command.hpp"
#include "runtime/client/manifest_report.hpp"
#include "runtime/manifest/hash.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

using namespace codius;
using namespace codius::client;
using runtime::json;

namespace {

const std::string digest = "nginx@sha256:" + std::string(64, 'a');
const std::string good_codius = "{\n  \"manifest\": {\n    \"name\": \"n\", \"version\": \"v\",\n"
                                "    \"containers\": [\n      {\"id\": \"a\", \"image\": \""
                                + digest
                                + "\", \"environment\": {\"A\": \"$A\", \"B\": \"$B\"}}\n    ],\n"
                                  "    \"vars\": {\"A\": {\"value\": \"1\"}}\n  }\n}\n";
const std::string good_vars = "{\"vars\": {\n  \"private\": {\"B\": {\"value\": \"hush\"}}\n}}\n";

struct manifest_fixture {
  tests::temp_dir dir;
  std::string out, err;
  program_world world{
    {[] { return utc_time{}; },
     [](std::span<std::byte> to) { std::fill(to.begin(), to.end(), std::byte{7}); }},
    [](const char*) { return std::string{}; },
    {[this](std::string_view t) { out += t; },
     [this](std::string_view t) { err += t; },
     {},
     {},
     -1}};

  std::string file(const std::string& name, const std::string& text) {
    const auto path = dir.path() + "/" + name;
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }
  int run(std::vector<std::string> words) {
    out.clear();
    err.clear();
    words.insert(words.begin(), "manifest");
    return run_program(manifest_commands(), words, world);
  }
  json answer() {
    auto value = runtime::parse_json(out);
    REQUIRE_MESSAGE(value, out);
    return *value;
  }
};

} // namespace

TEST_SUITE("runtime/client/manifest_command") {
  TEST_CASE_FIXTURE(manifest_fixture, "a pair of files is generated, and what comes out is valid") {
    const auto codius = file("codius.json", good_codius);
    const auto vars = file("codiusvars.json", good_vars);
    REQUIRE(run({"generate", codius, vars}) == 0);
    const auto complete = answer();
    CHECK(*complete.find("private")->find("vars")->find("B")->find_text("value") == "hush");
    const auto made = file("made.json", out);

    CHECK(run({"validate", made}) == 0);
    CHECK(out == made + ": valid\n");
    CHECK(run({"hash", made}) == 0);
    CHECK(out == runtime::hash_manifest(*complete.find("manifest")).text + "\n");
    CHECK(err == "");
    CHECK(run({"hash", made, made}) == 0);
    CHECK(out.find("  " + made + "\n") != out.npos);
    CHECK(run({"simplify", made}) == 0);
    CHECK(out.find("\"B\": \"hush\"") != out.npos);
    CHECK(out.find("\"A\": \"1\"") != out.npos);
    CHECK(out.find("vars") == out.npos);
  }

  TEST_CASE_FIXTURE(manifest_fixture, "codius.json alone takes the codiusvars.json beside it") {
    const auto codius = file("codius.json", good_codius);
    CHECK(run({"validate", codius}) == 1);
    CHECK(err.find("codius.json:5:") != err.npos);
    CHECK(err.find("environment.B: env variable is not defined within manifest.vars.\n")
          != err.npos);
    const auto vars = file("codiusvars.json", good_vars);
    CHECK(run({"validate", codius}) == 0);
    CHECK(out == codius + " + " + vars + ": valid\n");
    CHECK(run({"generate", codius}) == 0);
    CHECK(run({"hash", codius}) == 0);
    CHECK(err.find("private variables get fresh nonces each time") != err.npos);
  }

  TEST_CASE_FIXTURE(manifest_fixture, "a vars file belongs to the file before it") {
    const auto a = file("a.json", good_codius);
    const auto vars = file("b.json", good_vars);
    CHECK(run({"validate", a, vars, a, vars}) == 0);
    CHECK(out == a + " + " + vars + ": valid\n" + a + " + " + vars + ": valid\n");
    CHECK(run({"validate", vars}) == 1);
    CHECK(err.find("a vars file must stand behind its codius file") != err.npos);
    CHECK(run({"validate", a}) == 1); // as a complete manifest it lacks B
  }

  TEST_CASE_FIXTURE(manifest_fixture, "a state file is known by its generatedManifest") {
    REQUIRE(run({"generate", file("codius.json", good_codius), file("codiusvars.json", good_vars)})
            == 0);
    const auto state = file("default.codiusstate.json", "{\"description\": \"\",\n"
                                                        "\"generatedManifest\": "
                                                          + out + "}");
    CHECK(run({"hash", state}) == 0);
    CHECK(run({"validate", file("x.json", "{\n\"generatedManifest\":\n {\"manifest\": 5}}")}) == 1);
    CHECK(err.find("x.json:3:3: manifest: must be an object\n") != err.npos);
  }

  TEST_CASE_FIXTURE(manifest_fixture, "every problem stands at its line and column, with a caret") {
    auto codius = good_codius;
    codius.replace(codius.find("\"v\""), 3, "true");
    codius.replace(codius.find("\"id\""), 4, "\"xd\"");
    const auto path = file("a.json", codius);
    CHECK(run({"validate", path}) == 1);
    CHECK(out == "");
    CHECK(err.starts_with(path
                          + ":3:18: manifest.version: must be a string\n"
                            "      \"name\": \"n\", \"version\": true,\n"
                            "                   ^\n"
                          + path + ":5:7: manifest.containers.0.id: is required\n"));
    CHECK(err.find(":5:8: manifest.containers.0: \"xd\" is not a member of this object\n")
          != err.npos);
  }

  TEST_CASE_FIXTURE(manifest_fixture, "a problem of the pair is told where it comes from") {
    const auto codius = file("c.json", good_codius);
    const auto vars = file("v.json", "{\"vars\": {\n \"public\": {\"P\": {\"value\": \"\"}},\n"
                                     " \"private\": {\"B\": {\"value\": \"hush\"},\n"
                                     "  \"Q\": {\"value\": \"hushhush\"}}}}");
    CHECK(run({"validate", codius, vars}) == 1);
    CHECK(err.find("v.json:2:13: manifest.vars.P: public var is not used within a container\n")
          != err.npos);
    CHECK(err.find("v.json:4:3: private.Q: private var is never used within a container\n")
          != err.npos);
    CHECK_MESSAGE(err.find("hush") == err.npos, "values of a file with private ones are hidden");
    CHECK(err.find("\"Q\": {\"value\": \"********\"}") != err.npos);
  }

  TEST_CASE_FIXTURE(manifest_fixture, "tools get the same as one JSON object") {
    const auto path = file("a.json", "{\"manifest\": {\"name\": 1}}");
    for (const char* command : {"validate", "simplify", "hash"}) {
      CAPTURE(command);
      CHECK(run({command, path, "--json"}) == 1);
      CHECK(err == "");
      const auto all = answer();
      CHECK(*all.find("ok")->boolean() == false);
      CHECK(*all.find("exitCode")->number() == 1);
      const auto& errors = *(*all.find("manifests")->array())[0].find("errors")->array();
      REQUIRE(errors.size() == 3);
      CHECK(dump(errors[0])
            == dump(runtime::json_object{
              {"file", path},
              {"line", 1},
              {"column", 15},
              {"path", "manifest.name"},
              {"message", "schema is invalid. error={'path':'manifest.name','keyword':'type'}"},
              {"explanation", "must be a string"}}));
    }
    CHECK(run({"validate", "--json", file("c.json", "{}") + "nothere"}) == 2);
    CHECK(*answer().find("exitCode")->number() == 2);
  }

  TEST_CASE_FIXTURE(manifest_fixture, "bad files get one sentence each") {
    struct row {
      std::string path;
      std::string sentence;
      int code;
    };
    const row rows[] = {
      {dir.path() + "/none", ": does not exist\n", 2},
      {dir.path(), ": is no file, but a directory\n", 2},
      {"/dev/zero", ": is larger than 1 MiB, which no manifest needs\n", 2},
      {file("empty", " \n"), ": is empty\n", 1},
      {file("broken", "{\"manifest\": nul}"), ":1:14: not JSON: expected a value\n", 1},
      {file("latin1", "{\"manifest\": \"\xe9\"}"), ":1:15: not JSON: bytes that are not UTF-8\n",
       1},
      {file("list", "[]"), ":1:1: must be an object\n", 1},
      {file("deep", std::string(2000, '[')), ":1:65: not JSON: too many arrays", 1},
      {file("large", "{\"manifest\":{\"name\":\"" + std::string(130'000, 'n')
                       + "\",\"version\":\"v\",\"containers\":[{\"id\":\"a\",\"image\":\"i\"}]}}"),
       ": is too large: 1300", 1},
      {file("port",
            "{\"manifest\":{\"name\":\"\",\"version\":\"v\",\"port\":\"abc80\",\"containers\":"
            "[{\"id\":\"a\",\"image\":\"i\"}]}}"),
       ":1:38: manifest.port: must be a decimal number from 1 to 65535", 1},
    };
    for (const auto& [path, sentence, code] : rows) {
      CAPTURE(path);
      CHECK(run({"validate", path}) == code);
      CHECK_MESSAGE(err.starts_with(path + sentence), err);
      CHECK(out == "");
    }
    // One bad file does not hide the others.
    CHECK(run({"hash", rows[0].path, rows[4].path}) == 2);
    CHECK(err.find("not JSON") != err.npos);
    CHECK(run({"generate", "a", "b", "c"}) == 2);
    CHECK(err.find("unexpected word \"c\"") != err.npos);
    CHECK(run({"hash", "--jsno"}) == 2);
    CHECK(run({"hash", "--timeout", "soon", rows[0].path}) == 2);
    CHECK(err.find("--timeout") != err.npos);
    // A hash is a hash, whoever takes the manifest.
    CHECK(run({"hash", rows[8].path}) == 0);
    CHECK(is_pod_id(out.substr(0, out.size() - 1)));
    CHECK(err.starts_with(rows[8].path + ": note: for hosts it is too large: 1300"));
  }

  TEST_CASE("long lines are cut around the place, and controls do no harm") {
    file_problem p{.file = "f", .line = 1, .column = 501};
    p.line_text = std::string(500, ' ') + "X\x1b[31m\tY" + std::string(500, 'z');
    p.words = "bad\x1b";
    const auto text = problem_text(p, {});
    CHECK(text.find('\x1b') == text.npos);
    const auto line = text.find("\n  ...") + 1;
    const auto caret = text.find('^');
    const auto caret_line = text.rfind('\n', caret) + 1;
    CHECK(text[line + (caret - caret_line)] == 'X');
    CHECK(text.find("z...\n") != text.npos);
  }
}
