// What makes the program pleasant: examples, completion, the manual, help.
#include "runtime/base/json.hpp"
#include "runtime/base/process.hpp"
#include "runtime/client/commands.hpp"
#include "runtime/client/completion.hpp"
#include "runtime/client/manual.hpp"
#include "tests/runtime/client/many_hosts_fixture.hpp"

#include <algorithm>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;

namespace {

std::vector<std::string> offered(std::vector<std::string> words) {
  const auto found = complete(all_commands(), words);
  std::vector<std::string> out;
  if (found.files)
    out.emplace_back(":files");
  for (const auto& one : found.list)
    out.push_back(one.word);
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& word) {
  return std::find(all.begin(), all.end(), word) != all.end();
}

} // namespace

TEST_SUITE("runtime/client/habits") {
  TEST_CASE("every command has a help of its own, with an example and all its options") {
    for (const auto& command : all_commands()) {
      CAPTURE(command.name);
      const auto help = command_help(command);
      CHECK(command.examples.starts_with("  "));
      CHECK(command.examples.find(command.name) != command.examples.npos);
      CHECK(help.find("Usage: codius " + std::string{command.name}) != help.npos);
      CHECK(help.find("Exit codes: ") != help.npos);
      CHECK(!command.summary.empty());
      for (size_t at = 0; at < help.size();) {
        const auto end = std::min(help.find('\n', at), help.size());
        CHECK_MESSAGE(end - at <= 104, help.substr(at, end - at));
        at = end + 1;
      }
    }
  }

  TEST_CASE("completion offers what may stand there") {
    CHECK(offered({"up"}) == std::vector<std::string>{"upload"});
    CHECK(has(offered({}), "cron"));
    CHECK(has(offered({""}), "manifest"));
    CHECK(offered({"cron", ""}) == std::vector<std::string>{"create", "view", "remove"});
    CHECK(offered({"cron", "v"}) == std::vector<std::string>{"view"});
    CHECK(offered({"upload", "--host-"}) == std::vector<std::string>{"--host-count"});
    CHECK(has(offered({"cron", "create", "--"}), "--buffer-sec"));
    CHECK(offered({"upload", "--codius-file", ""}) == std::vector<std::string>{":files"});
    CHECK(offered({"upload", "--duration", ""}).empty());
    CHECK(offered({"manifest", "hash", ""}) == std::vector<std::string>{":files"});
    CHECK(offered({"help", "ex"}) == std::vector<std::string>{"extend", "extend-hash"});
    CHECK(offered({"completion", "z"}) == std::vector<std::string>{"zsh"});
    CHECK(offered({"nonsense", "--x"}).empty());
  }

  TEST_CASE("bash reads its script, and completes with it") {
    const std::string script{completion_script("bash")};
    // `codius` is a function here, which answers as the program does.
    std::string all = "codius() { [[ \"$*\" == 'completion query -- upload --dur' ]] && "
                      "printf -- '--duration\\tHow long.\\n'; }\n"
                      + script
                      + "COMP_WORDS=(codius upload --dur); COMP_CWORD=2; _codius\n"
                        "echo \"${COMPREPLY[@]}\"\n";
    runtime::process_request request;
    request.argv = {"bash", "-eu"};
    request.stdin_data = all;
    const auto ended = runtime::run_process(request);
    REQUIRE(ended);
    CHECK(ended->err == "");
    CHECK(ended->out == "--duration\n");
  }

  TEST_CASE("other shells read their scripts, where they are installed") {
    for (const char* shell : {"zsh", "fish"}) {
      CAPTURE(shell);
      REQUIRE(!completion_script(shell).empty());
      if (!runtime::find_program(shell)) {
        MESSAGE(std::string{shell}, " is not installed");
        continue;
      }
      runtime::process_request request;
      request.argv = {shell, "-n"};
      request.stdin_data = std::string{completion_script(shell)};
      const auto ended = runtime::run_process(request);
      REQUIRE(ended);
      CHECK_MESSAGE(ended->succeeded(), ended->err);
    }
    CHECK(completion_script("tcsh").empty());
  }

  TEST_CASE("the manual has every option, and troff has nothing to complain of") {
    const auto page = manual_page(all_commands());
    for (const auto& command : all_commands())
      for (const auto& option : command.options) {
        std::string name{option.names.substr(option.names.rfind("--"))};
        for (auto at = name.find('-'); at != name.npos; at = name.find('-', at + 2))
          name.insert(at, "\\");
        CAPTURE(name);
        CHECK(page.find(name) != page.npos);
      }
    if (!runtime::find_program("groff"))
      return;
    runtime::process_request request;
    request.argv = {"groff", "-man", "-ww", "-Tutf8", "-z"};
    request.stdin_data = page;
    const auto ended = runtime::run_process(request);
    REQUIRE(ended);
    CHECK(ended->err == "");
    CHECK(ended->succeeded());
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "init writes two files that are valid, and changes none") {
    const auto codius = (directory / "new.json").string(),
               vars = (directory / "vars.json").string();
    const words to{"--codius-file", codius, "--codius-vars-file", vars};
    CHECK(give(all_commands(), "init", to) == 0);
    CHECK(give(all_commands(), "manifest validate", {codius, vars}) == 0);
    const auto before = read(codius);
    CHECK(give(all_commands(), "init", to) == 1);
    CHECK(err.find("is there already, and is left as it is") != err.npos);
    std::filesystem::remove(codius);
    CHECK(give(all_commands(), "init", to) == 1); // the other one is still there
    CHECK(!std::filesystem::exists(codius));
    CHECK(before.find("\"manifest\"") != before.npos);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "doctor names what is missing, and what mends it") {
    const tiny_server good{[](const tiny_request& r) {
      return r.target == "/info" ? answer(200, R"({"acceptingUploads":true})")
                                 : answer(200, R"({"name":"codiusd","version":"1"})");
    }};
    const tiny_server full{[](const tiny_request& r) {
      return r.target == "/info" ? answer(200, R"({"acceptingUploads":false})") : answer(200, "{}");
    }};
    fake_host network;
    const auto at = "http://localhost:" + good.url().substr(good.url().rfind(':') + 1);
    CHECK(give(all_commands(), "doctor", {"--host", at, "--btp", network.ledger()}) == 0);
    CHECK(out.find("ok   ledger   127.0.0.1:") != out.npos);
    CHECK(out.find("FAIL") == out.npos);
    CHECK(give(all_commands(), "doctor", {"--host", at, "--btp", "btp+ws://:x@127.0.0.1:1"}) == 3);
    CHECK(out.find("FAIL ledger   no ledger to pay from: nothing listens at 127.0.0.1:1\n"
                   "              Start moneyd")
          != out.npos);
    CHECK(give(all_commands(), "doctor",
               {"--host", full.url(), "--host", "http://127.0.0.1:1", "--btp", network.ledger(),
                "--json"})
          == 2);
    const auto report = *runtime::parse_json(out);
    CHECK(!*report.find("ok")->boolean());
    CHECK(out.find("takes none now") != out.npos);
    CHECK(out.find("cannot reach http://127.0.0.1:1") != out.npos);
  }
}
