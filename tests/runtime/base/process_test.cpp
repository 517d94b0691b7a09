#include "runtime/base/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <thread>

namespace codius::runtime {

TEST_SUITE_BEGIN("runtime/base/process");

using namespace std::chrono_literals;

namespace {

process_request shell(std::string script) {
  process_request request;
  request.argv = {"/bin/sh", "-c", std::move(script)};
  return request;
}

} // namespace

TEST_CASE("a program's exit code, signal and both streams come back") {
  struct row {
    const char* script;
    int code;
    int signal;
    const char* out;
    const char* err;
  };
  const row rows[] = {
    {"echo hello", 0, 0, "hello\n", ""},
    {"echo oops >&2; exit 7", 7, 0, "", "oops\n"},
    {"printf a; printf b >&2", 0, 0, "a", "b"},
    {"kill -9 $$", -1, 9, "", ""},
    {"kill -15 $$", -1, 15, "", ""},
  };
  for (const auto& r : rows) {
    CAPTURE(r.script);
    const auto end = run_process(shell(r.script));
    REQUIRE(end);
    CHECK(end->exit_code == r.code);
    CHECK(end->signal == r.signal);
    CHECK(end->out == r.out);
    CHECK(end->err == r.err);
    CHECK(end->succeeded() == (r.code == 0));
  }
}

TEST_CASE("words are handed over as they are, without a shell") {
  process_request request;
  request.argv = {"printf", "%s|", "a b", "$HOME", "*", "", "'\"\\"};
  CHECK(run_process(request)->out == "a b|$HOME|*||'\"\\|");
}

TEST_CASE("input is read to its end, also a large one and by the name /dev/stdin") {
  auto request = shell("wc -c");
  request.stdin_data = std::string(3'000'000, 'x');
  CHECK(run_process(request)->out == "3000000\n");
  request.argv = {"cat", "/dev/stdin"};
  request.stdin_data = "by name";
  CHECK(run_process(request)->out == "by name");
  request.stdin_data.clear();
  CHECK(run_process(request)->out.empty());
}

TEST_CASE("each stream is kept up to its limit and read to its end") {
  auto request = shell("head -c 1000000 /dev/zero; head -c 500 /dev/zero >&2");
  request.max_output = 500;
  const auto end = run_process(request);
  REQUIRE(end);
  CHECK(end->succeeded());
  CHECK(end->out.size() == 500);
  CHECK(end->out_cut);
  CHECK(end->err.size() == 500);
  CHECK_FALSE(end->err_cut);
}

TEST_CASE("environment and directory are those asked for") {
  auto request = shell("pwd; echo $GREETING $HOME");
  request.env = std::vector<std::string>{"GREETING=hi there"};
  request.cwd = "/usr";
  const auto end = run_process(request);
  REQUIRE(end);
  CHECK(end->out == "/usr\nhi there\n");
}

TEST_CASE("a program over its time limit is killed with its children") {
  auto request = shell("sleep 1000 & sleep 1000");
  request.time_limit = 50ms;
  const auto end = run_process(request);
  REQUIRE_FALSE(end);
  CHECK(end.error().code == errc::timed_out);
}

TEST_CASE("a stop request ends the program") {
  std::stop_source stop;
  std::jthread asker{[&] { stop.request_stop(); }};
  const auto end = run_process(shell("sleep 1000"), stop.get_token());
  REQUIRE_FALSE(end);
  CHECK(end.error().code == errc::unavailable);
}

TEST_CASE("what a program leaves in the background does not delay the answer") {
  auto request = shell("sleep 1 & echo done");
  request.time_limit = 60s;
  const auto end = run_process(request);
  REQUIRE(end);
  CHECK(end->out == "done\n");
}

TEST_CASE("no descriptor is inherited but those passed") {
  const int null = ::open("/dev/null", O_RDONLY);
  const int stray = ::fcntl(null, F_DUPFD, 57); // deliberately without FD_CLOEXEC
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  auto request = shell("for f in /proc/$$/fd/*; do printf '%s ' ${f##*/}; done; printf sent >&3");
  request.pass_fds = {ends[1]};
  const auto end = run_process(request);
  REQUIRE(end);
  CHECK(end->out.starts_with("0 1 2 3 "));
  CHECK(end->out.find(std::to_string(stray)) == std::string::npos);
  char got[8] = {};
  CHECK(::read(ends[0], got, sizeof got) == 4);
  CHECK(std::string{got} == "sent");
  for (const int fd : {null, stray, ends[0], ends[1]})
    ::close(fd);
}

TEST_CASE("a missing program is not found, and a failing one explains itself") {
  process_request request;
  request.argv = {"no-such-program-of-codius"};
  CHECK(run_process(request).error().code == errc::not_found);
  request.argv = {"/no/such/path"};
  CHECK(run_process(request).error().code == errc::not_found);
  request.argv = {};
  CHECK(run_process(request).error().code == errc::invalid);
  const auto failed = run_checked(shell("echo first >&2; echo 'the reason\t' >&2; exit 3"));
  CHECK(failed.error().code == errc::io);
  CHECK(failed.error().detail == "/bin/sh: the reason");
  CHECK(run_checked(shell("exit 3")).error().detail == "/bin/sh: exit code 3");
  CHECK(run_checked(shell("exit 0")));
}

TEST_CASE("system programs are found although PATH may not name their directory") {
  CHECK(find_program("sh"));
  CHECK(*find_program("/x/y") == "/x/y");
  CHECK_FALSE(find_program("no-such-program-of-codius"));
}

TEST_SUITE_END();

} // namespace codius::runtime
