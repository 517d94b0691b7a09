#include "runtime/base/version.hpp"
#include "runtime/client/command_line.hpp"
#include "runtime/client/upload_options.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace codius;
using namespace codius::client;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

constexpr option_spec paper_options[] = {{"--to", "PLACE", "Where to."}};
constexpr positional_spec papers[] = {{"PAPER", "The papers.", 0, any_number}};
constexpr positional_spec one_paper[] = {{"PAPER", "which one?", 1, 1}};

int run_paper(const given_options& given, const program_world& world) {
  for (const auto& [name, values] : given)
    for (const auto& value : values)
      world.streams.out(name + "=" + value + " ");
  return 0;
}

/// The program with commands that only say that they ran.
struct program_fixture {
  std::string out, err;
  std::map<std::string, std::string> variables;
  program_world world{{},
                      [this](const char* name) { return variables[name]; },
                      {[this](std::string_view t) { out += t; },
                       [this](std::string_view t) { err += t; },
                       {},
                       {},
                       -1}};

  int run(const words& given) {
    const command_spec commands[] = {
      {"upload", "Pay a host.", upload_option_specs(), "Notes.\n", "  codius upload\n",
       [](const given_options&, const program_world& w) {
         w.streams.out("ran\n");
         return 0;
       }},
      {"paper check", "Look at papers.", paper_options, "", "  codius paper check a\n", run_paper,
       papers, "Exit codes: 0 fine, 7 not.\n", 7},
      {"paper burn", "Burn one.", {}, "", "  codius paper burn a\n", run_paper, one_paper},
    };
    return run_program(commands, given, world);
  }

  result<upload_options> read(const words& given) {
    const auto parsed = parse_options(upload_option_specs(), given);
    if (!parsed)
      return parsed.error();
    return read_upload_options(*parsed, world.variable);
  }
  std::string why(const words& given) {
    const auto got = read(given);
    return got ? "nothing is wrong" : got.error().detail;
  }
};

} // namespace

TEST_SUITE("runtime/client/command_line") {
  TEST_CASE_FIXTURE(program_fixture, "help and version go to standard output, and are fine") {
    CHECK(run({"--version"}) == 0);
    CHECK(out == std::string{"codius "} + runtime::version + "\n");
    out.clear();
    for (const words& w : {words{"--help"},
                           {"-h"},
                           {"help"},
                           {"help", "upload"},
                           {"upload", "--help"},
                           {"upload", "-h", "--nonsense"}}) {
      CHECK(run(w) == 0);
      CHECK(out.find("Exit codes: 0 done") != out.npos);
      CHECK(out.find("Examples:") != out.npos);
      CHECK(err == "");
      out.clear();
    }
    CHECK(command_help({"upload", "", upload_option_specs(), "", "", nullptr})
            .find("--max-price AMOUNT")
          != std::string::npos);
  }

  TEST_CASE_FIXTURE(program_fixture, "no command and unknown ones are errors that help") {
    CHECK(run({}) == 1);
    CHECK(err.find("Usage: codius COMMAND") != err.npos);
    err.clear();
    CHECK(run({"uplaod"}) == 1);
    CHECK(err == "codius: \"uplaod\" is no command; did you mean upload?\nTry codius --help.\n");
    err.clear();
    CHECK(run({"upload", "--hots", "http://h", "--duratoin=5", "stray"}) == 1);
    CHECK(err
          == "codius upload: --hots is no option; did you mean --host?\n"
             "--duratoin is no option; did you mean --duration?\n"
             "Try codius upload --help.\n");
    CHECK(out == "");
  }

  TEST_CASE_FIXTURE(program_fixture, "a command of a group takes words that are no options") {
    CHECK(run({"paper", "check", "a", "--to", "x", "-", "--", "--to", "--", "-h"}) == 0);
    CHECK(out == "PAPER=a PAPER=- PAPER=--to PAPER=-- PAPER=-h to=x ");
    out.clear();
    CHECK(run({"paper", "check"}) == 0);
    CHECK(out == "");
    CHECK(run({"paper", "burn"}) == 1);
    CHECK(err
          == "codius paper burn: PAPER is missing: which one?\nTry codius paper burn --help.\n");
    err.clear();
    CHECK(run({"paper", "burn", "a", "b"}) == 1);
    CHECK(err.find("unexpected word \"b\"") != err.npos);
    CHECK(run({"paper", "check", "--nonsense"}) == 7);
  }

  TEST_CASE_FIXTURE(program_fixture, "a group alone shows what is in it") {
    CHECK(run({"paper"}) == 1);
    CHECK(err.find("paper check") != err.npos);
    CHECK(err.find("upload") == err.npos);
    CHECK(run({"paper", "--help"}) == 0);
    CHECK(run({"help", "paper"}) == 0);
    CHECK(out.find("Usage: codius paper COMMAND") != out.npos);
    out.clear();
    CHECK(run({"help", "paper", "check"}) == 0);
    CHECK(out.find("Usage: codius paper check [options] [PAPER...]\n") != out.npos);
    CHECK(out.find("Exit codes: 0 fine, 7 not.\n") != out.npos);
    CHECK(run({"help", "paper", "burn"}) == 0);
    CHECK(out.find("Usage: codius paper burn [options] PAPER\n") != out.npos);
    err.clear();
    CHECK(run({"paper", "chekc"}) == 1);
    CHECK(
      err
      == "codius: \"paper chekc\" is no command; did you mean paper check?\nTry codius --help.\n");
    err.clear();
    CHECK(run({"papre"}) == 1);
    CHECK(err.find("did you mean paper?") != err.npos);
  }

  TEST_CASE_FIXTURE(program_fixture, "a command gets its options") {
    CHECK(run({"upload", "--host", "http://h"}) == 0);
    CHECK(out == "ran\n");
    CHECK(run({"upload", "--host"}) == 1);
    CHECK(err.find("--host") != err.npos);
    err.clear();
    CHECK(run({"upload", "stray"}) == 1);
    CHECK(err.find("unexpected word \"stray\"") != err.npos);
    err.clear();
    CHECK(run({"upload", "--duration", "1", "--duration", "2"}) == 1);
    CHECK(err.find("--duration is given 2 times; once is enough") != err.npos);
  }

  TEST_CASE_FIXTURE(program_fixture, "defaults are those that the help tells") {
    const auto got = read({"--host", "http://localhost:3000"});
    REQUIRE(got);
    CHECK(got->hosts == std::vector{net::http_uri{false, "localhost", 3000, "/"}});
    CHECK(!got->host_count);
    CHECK(got->max_monthly == whole_amount{{10, 0}, "XRP"});
    CHECK(!got->monthly_named);
    CHECK(got->hosts_file == "codiushosts.json");
    CHECK(got->state_file == "default.codiusstate.json");
    CHECK(!got->overwrite_state);
    CHECK(!got->add_host_env);
    CHECK(!got->debug);
    CHECK(!got->tail);
    CHECK(got->duration == 600s);
    CHECK(got->codius_file == "codius.json");
    CHECK(got->vars_file == "codiusvars.json");
    CHECK(!got->vars_file_named);
    CHECK(!got->max_price);
    CHECK(!got->assume_yes);
    CHECK(!got->as_json);
    CHECK(!got->token);
    CHECK(!got->ledger);
    CHECK(got->insecure_registries.empty());
    CHECK(got->time_limit == 900s);
    CHECK(got->retries == 3);
  }

  TEST_CASE_FIXTURE(program_fixture, "every option arrives") {
    variables["CODIUS_INSECURE_REGISTRIES"] = "c:1, d:2";
    const auto got = read({"--host=https://h",
                           "-d",
                           "2h",
                           "--codius-file",
                           "a",
                           "--codius-vars-file",
                           "b",
                           "--max-price",
                           "0.5XRP",
                           "-y",
                           "--pay-token",
                           "AAECAwQFBgcICQoLDA0ODw",
                           "--btp",
                           "btp+ws://:t@l:1",
                           "--insecure-registry",
                           "a:5000",
                           "--insecure-registry=b:5000",
                           "--timeout",
                           "5m",
                           "--json",
                           "--retries",
                           "0",
                           "-m",
                           "2.5",
                           "-u",
                           "EUR",
                           "-o",
                           "-a",
                           "--debug",
                           "--tail",
                           "--codius-state-file",
                           "s",
                           "--codius-hosts-file",
                           "l"});
    REQUIRE_MESSAGE(got, (got ? "" : got.error().detail));
    CHECK(got->duration == 2h);
    CHECK(got->vars_file_named);
    CHECK(got->max_price == price_limit{whole_amount{{5, 1}, "XRP"}});
    CHECK(got->assume_yes);
    CHECK(got->as_json);
    CHECK((*got->token)[15] == std::byte{15});
    CHECK(got->ledger->token == "t");
    CHECK(got->insecure_registries == words{"a:5000", "b:5000", "c:1", "d:2"});
    CHECK(got->time_limit == 300s);
    CHECK(got->retries == 0);
    CHECK(got->max_monthly == whole_amount{{25, 1}, "EUR"});
    CHECK(got->monthly_named);
    CHECK(got->overwrite_state);
    CHECK(got->add_host_env);
    CHECK(got->tail);
    CHECK(got->state_file == "s");
    CHECK(got->hosts_file_named);
    CHECK(read({"-c", "3"})->host_count == 3);
    CHECK(read({"--host", "h", "--yes"})->assume_yes);
    CHECK(read({"--host", "h", "--assume-yes"})->assume_yes);
  }

  TEST_CASE_FIXTURE(program_fixture, "wrong values are named, all at once") {
    CHECK(why({"--host", "h", "--host-count", "2"})
          == "Arguments host and host-count are mutually exclusive");
    CHECK(why({"--tail"}) == "--tail needs --debug: the output of other pods is shown to nobody");
    CHECK(why({"--pay-token", "AAECAwQFBgcICQoLDA0ODw"})
          == "--pay-token belongs to one host: give it with --host");
    CHECK(why({"--host", "ftp://h", "-d", "0", "--pay-token", "x"})
          == "--host \"ftp://h\" must be the address of a host, e.g. https://host.example\n"
             "--duration \"0\" must be seconds, or a number with s, m, h, d or w, e.g. 600 or 10m\n"
             "--pay-token \"x\" must be the 22 characters that an earlier run printed");
    for (const words& w : {words{"--max-price", "cheap"},
                           {"--codius-file", ""},
                           {"--timeout", "soon"},
                           {"--retries", "10"},
                           {"--max-monthly-rate", "-1"},
                           {"--max-monthly-rate", "0"},
                           {"--max-monthly-rate", "1e3"},
                           {"--units", "5"},
                           {"--codius-state-file", ""},
                           {"--btp", "http://x"},
                           {"--pay-token", "AAECAwQFBgcICQoLDA0O"}}) {
      auto with_host = w;
      with_host.insert(with_host.end(), {"--host", "h"});
      CAPTURE(w[0]);
      CHECK(why(with_host).starts_with(w[0].substr(0, w[0].find('='))));
    }
  }

  TEST_CASE_FIXTURE(program_fixture,
                    "the ledger comes from --btp, else ILP_CREDENTIALS, never shown") {
    variables["ILP_CREDENTIALS"] = R"({"server":"btp+ws://:fromjson@l:7768"})";
    CHECK(read({"--host", "h"})->ledger->token == "fromjson");
    CHECK(read({"--host", "h", "--btp", "btp+ws://:flag@l:1"})->ledger->token == "flag");
    variables["ILP_CREDENTIALS"] = "btp+wss://:bare@l:443";
    CHECK(read({"--host", "h"})->ledger->tls);
    for (const char* bad : {"{}", "{", "secret", R"({"server":5})", R"({"server":"secret"})"}) {
      variables["ILP_CREDENTIALS"] = bad;
      CAPTURE(bad);
      const auto text = why({"--host", "h"});
      CHECK(text.starts_with("ILP_CREDENTIALS must be"));
      CHECK(text.find("secret") == text.npos);
    }
  }

  TEST_CASE("hosts are origins; a name alone means https, but on this machine") {
    CHECK(origin_of(*parse_host("https://Host.Example")) == "https://host.example");
    CHECK(origin_of(*parse_host("http://h:8080/")) == "http://h:8080");
    CHECK(origin_of(*parse_host("host.example")) == "https://host.example");
    CHECK(origin_of(*parse_host("host.example:444")) == "https://host.example:444");
    CHECK(origin_of(*parse_host("localhost:3000")) == "http://localhost:3000");
    CHECK(origin_of(*parse_host("127.0.0.1:3000")) == "http://127.0.0.1:3000");
    CHECK(parse_host("http://h/pods").error().detail
          == "must be the address of the host alone: http://h");
    for (const char* bad :
         {"", "http://", "h h", "http://u:p@h", "file:///etc", "http://h:99999", "-"}) {
      CAPTURE(bad);
      CHECK((!parse_host(bad) || std::string{bad} == "-"));
    }
  }
}
