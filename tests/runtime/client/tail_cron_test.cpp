// Following a pod's output, and jobs that keep it alive.
#include "runtime/client/cron.hpp"
#include "runtime/client/crontab.hpp"
#include "runtime/client/tail.hpp"
#include "runtime/client/text.hpp"
#include "tests/runtime/client/many_hosts_fixture.hpp"

#include <stdlib.h>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

const std::string hash(52, 'a');

/// A `crontab` program that keeps its table in a file.
struct cron_fixture : many_hosts_fixture {
  cron_fixture() : path(::getenv("PATH") ? ::getenv("PATH") : "") {
    table = (directory / "table").string();
    const auto program = write("crontab", "#!/bin/sh\ncase $1 in\n"
                                          "-l) [ -e '"
                                            + table + "' ] && exec cat '" + table
                                            + "'\n"
                                              "  echo 'no crontab for you' >&2; exit 1 ;;\n"
                                              "-) cat > '"
                                            + table + "' ;;\nesac\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    ::setenv("PATH", (directory.string() + ":" + path).c_str(), 1);
  }
  ~cron_fixture() { ::setenv("PATH", path.c_str(), 1); }
  words of_state(words more = {}) const {
    more.insert(more.end(), {"--codius-state-file", options.state_file});
    return more;
  }
  int cron(std::string_view what, words more) {
    return give(cron_commands(), "cron " + std::string{what}, std::move(more));
  }
  std::string path, table;
};

std::vector<std::string> lines_of(std::vector<std::string_view> pieces) {
  std::vector<std::string> out;
  log_lines lines{[&](auto container, auto stream, auto text) {
    out.push_back(std::string{container} + "|" + std::string{stream} + "|" + std::string{text});
  }};
  for (const auto piece : pieces)
    lines.take(piece);
  lines.end();
  return out;
}

} // namespace

TEST_SUITE("runtime/client/tail") {
  TEST_CASE("C-06 a ping is passed over, wherever the pieces end") {
    const std::string all
      = "_web stdout one\nping\n_web stderr two words\r\nping\n\n_web stdout \nodd";
    const std::vector<std::string> expected{"_web|stdout|one", "_web|stderr|two words",
                                            "_web|stdout|", "-|stdout|odd"};
    for (size_t cut = 0; cut <= all.size(); ++cut) {
      CAPTURE(cut);
      const std::string_view whole = all;
      CHECK(lines_of({whole.substr(0, cut), whole.substr(cut)}) == expected);
    }
    // A line without an end does not fill the memory.
    const std::string endless(70'000, 'x');
    CHECK(lines_of({endless, endless}).size() == 2);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "the output of each host is shown with its name") {
    const tiny_server host{[](const tiny_request& r) -> std::optional<std::string> {
      CHECK(r.target == "/pods/" + hash + "/logs?follow=true");
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "11\r\n_web stdout hello\r\n1\r\n\n\r\n5\r\nping\n\r\n0\r\n\r\n";
    }};
    CHECK(give(tail_commands(), "tail", {hash, "--host", host.url()}) == 0);
    CHECK(out == host.url() + " _web hello\n");
    CHECK(err == "");
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "C-07 a host that refuses is an error, and no line of output") {
    const tiny_server host{
      [](const tiny_request&) { return answer(404, R"({"message":"no pod here"})"); }};
    CHECK(give(tail_commands(), "tail", {hash + "." + host.url().substr(7), "--no-follow"}) == 2);
    CHECK(out == "");
    CHECK(err.find("refuses: no pod here (404)") != err.npos);
    CHECK(give(tail_commands(), "tail", {hash, "--host", "http://127.0.0.1:1"}) == 2);
    CHECK(give(tail_commands(), "tail", {"nonsense"}) == 1);
    CHECK(give(tail_commands(), "tail", {"--codius-state-file", "nowhere.codiusstate.json"}) == 1);
    CHECK(err.find("nowhere.codiusstate.json does not exist") != err.npos);
  }
}

TEST_SUITE("runtime/client/cron") {
  TEST_CASE("C-16 nothing in a job is left to the shell or to cron") {
    cron_job job{
      "/opt/my codius", "/home/it's 100%/a.codiusstate.json", hash, 2h, {{10, 0}, "X;R$P"}};
    const auto line = crontab_line(job);
    REQUIRE(line);
    CHECK(line->find("'/opt/my codius' extend ") != line->npos);
    CHECK(line->find(R"('/home/it'\''s 100\%/a.codiusstate.json')") != line->npos);
    CHECK(line->find("--units 'X;R$P'") != line->npos);
    job.state_path = "/a\n* * * * * evil";
    CHECK(!crontab_line(job));
  }

  TEST_CASE("C-19 a job always keeps more time than lies between its runs") {
    const auto line
      = *crontab_line({"/usr/bin/codius", "/s", hash, cron_job{}.keep, {{10, 0}, "XRP"}});
    CHECK(line.starts_with("@hourly "));
    CHECK(line.find(" --keep 7200 ") != line.npos);
    CHECK(is_own_line(line, hash));
    CHECK(is_own_line(line, ""));
    CHECK(!is_own_line(line, std::string(52, 'q')));
  }

  TEST_CASE_FIXTURE(cron_fixture, "C-03 cron remove takes away the pod's own jobs and no others") {
    fake_host host;
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    const std::string others = "# my own\n0 5 * * * backup --all\n@hourly x #This line has been "
                               "auto-generated by the codius cli for pod "
                               + hash + "; do not modify it by hand\n";
    write("table", others);
    CHECK(cron("view", of_state()) == 0);
    CHECK(out == "No cron jobs exist for the uploaded pod(s)\n");
    CHECK(cron("remove", of_state({"-y"})) == 0);
    CHECK(read(table) == others);
    CHECK(cron("create", of_state({"-y", "--skip-extend"})) == 0);
    CHECK(state().find("status")->find("cronJobs")->array()->size() == 1);
    CHECK(cron("create", of_state({"-y", "--skip-extend"})) == 1);
    CHECK(err.find("there is a job for this pod already") != err.npos);
    CHECK(cron("view", of_state()) == 0);
    CHECK(out.find("extend --keep 7200") != out.npos);
    CHECK(cron("remove", of_state()) == 1); // nobody said yes
    CHECK(cron("remove", of_state({"-y"})) == 0);
    CHECK(read(table) == others);
    CHECK(state().find("status")->find("cronJobs")->array()->empty());
    CHECK(cron("remove", {"--all", "-y"}) == 0);
    CHECK(read(table) == "# my own\n0 5 * * * backup --all\n");
  }

  TEST_CASE_FIXTURE(cron_fixture, "C-04 the buffer is bought and recorded before the job is made") {
    fake_host host;
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    auto saved = *pod_state::parse(read(options.state_file), "s");
    saved.record(host.url(), {"http://u/", saved.hash(), world.world.utc_now() + 10min}, 0,
                 {"XRP", 9});
    REQUIRE(write_file_safely(options.state_file, saved.text()));
    const auto paid = host.received();
    CHECK(cron("create", of_state({"-y", "--buffer-sec", "1d", "--btp", host.ledger()})) == 0);
    CHECK(host.received() == 2 * paid);
    const auto after = *pod_state::parse(read(options.state_file), "s");
    CHECK(after.expiry(host.url()) == *parse_iso_time("2030-01-01T00:10:00Z"));
    CHECK(after.total_paid(host.url()) == "2000 nXRP");
    CHECK(read(table).find("extend --keep 86400") != std::string::npos);
  }

  TEST_CASE_FIXTURE(cron_fixture, "a job is not made when its buffer could not be bought") {
    fake_host host;
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    auto saved = *pod_state::parse(read(options.state_file), "s");
    saved.record(host.url(), {"http://u/", saved.hash(), world.world.utc_now()}, 0, {"XRP", 9});
    REQUIRE(write_file_safely(options.state_file, saved.text()));
    CHECK(cron("create", of_state({"-y", "-b", "1d", "--btp", "btp+ws://:x@127.0.0.1:1"})) == 3);
    CHECK(!std::filesystem::exists(table));
    CHECK(cron("create", of_state({"-y"})) == 1);
    CHECK(err.find("Must specify buffer-sec or use the skip-extend flag to skip the initial pod "
                   "extend step.")
          != err.npos);
    CHECK(cron("create", of_state({"-y", "-b", "1d", "--skip-extend"})) == 1);
    CHECK(err.find("Arguments buffer-sec and skip-extend are mutually exclusive") != err.npos);
    CHECK(cron("create", of_state({"-y", "-b", "60"})) == 1);
  }
}
