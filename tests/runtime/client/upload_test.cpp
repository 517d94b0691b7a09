// Uploads that fail before any money moves: files, hosts and ledgers of all sorts.
#include "runtime/client/manifest_source.hpp"
#include "tests/runtime/client/tiny_server.hpp"
#include "tests/runtime/client/upload_fixture.hpp"

#include <future>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;
using namespace std::chrono_literals;

TEST_SUITE("runtime/client/upload") {
  TEST_CASE_FIXTURE(upload_fixture, "bad files are named, and nobody is asked anything") {
    options.hosts = {*parse_host("http://127.0.0.1:1")};
    struct row {
      const char* what;
      std::string codius;
      std::string vars;
      std::string why;
    };
    const row rows[] = {
      {"empty", "", "", "codius.json is empty"},
      {"blank", " \n\t", "", "codius.json is empty"},
      {"not JSON", "{", "", "codius.json: "},
      {"not UTF-8", "{\"manifest\":\"\xff\"}", "", "codius.json: "},
      {"huge", std::string(max_source_bytes + 1, ' '), "", "is larger than 1 MiB"},
      {"another schema", R"({"manifest":{"name":5}})", "", "Invalid Codius file"},
      {"no manifest", "{}", "", "\"keyword\": \"required\""},
      {"an array", "[]", "", "Invalid Codius file"},
      {"vars not JSON", small_codius, "nope", "codiusvars.json: "},
      {"vars of another schema", small_codius, R"({"vars":[]})", "Invalid Codius vars file"},
      {"variable without value", private_codius, R"({"vars":{}})", "is invalid"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.what);
      options.codius_file = write("codius.json", r.codius);
      if (r.vars.empty())
        std::filesystem::remove(options.vars_file);
      else
        write("codiusvars.json", r.vars);
      const auto why = fail();
      CHECK(why.code == exit_code::user);
      CHECK_MESSAGE(why.what.find(r.why) != std::string::npos, why.what);
      CHECK(shown().find("Nothing was paid.") != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(upload_fixture, "C-14 missing files are named") {
    options.hosts = {*parse_host("http://127.0.0.1:1")};
    options.vars_file_named = true;
    CHECK(fail().what == options.vars_file + " does not exist");
    options.codius_file = "nowhere/codius.json";
    CHECK(fail().what == "nowhere/codius.json does not exist");
    options.codius_file = directory.string();
    CHECK(fail().what == directory.string() + " is no file, but a directory");
  }

  TEST_CASE_FIXTURE(upload_fixture, "a vars file that nobody named need not be there") {
    options.hosts = {*parse_host("http://127.0.0.1:1")};
    CHECK(fail().code == exit_code::host);
    CHECK(err.find("(and no file of variables)") != err.npos);
  }

  TEST_CASE_FIXTURE(upload_fixture, "without a terminal nobody pays unasked") {
    options.hosts = {*parse_host("http://127.0.0.1:1")};
    options.assume_yes = false;
    const auto why = fail();
    CHECK(why.code == exit_code::user);
    CHECK(why.what == "nobody can be asked whether to pay: there is no terminal");
    CHECK(err == "");
  }

  TEST_CASE_FIXTURE(upload_fixture, "a host that is not there is named") {
    options.hosts = {*parse_host("http://127.0.0.1:1")};
    const auto why = fail();
    CHECK(why.code == exit_code::host);
    CHECK(why.what.starts_with("cannot reach http://127.0.0.1:1: "));
  }

  TEST_CASE_FIXTURE(upload_fixture,
                    "hosts that answer nonsense are refused in one sentence, unpaid") {
    struct row {
      const char* what;
      std::string bytes;
      exit_code code;
      std::string why;
    };
    const auto price = [](const std::string& text) {
      return answer(200, R"({"price":)" + text + R"(,"assetCode":"XRP","assetScale":9})");
    };
    const row rows[] = {
      {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", exit_code::host, "does not speak HTTP"},
      {"hangs up", "", exit_code::host, "closed the connection"},
      {"truncated", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", exit_code::host,
       "closed the connection"},
      {"an endless answer",
       "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + std::string(2 << 20, 'x'),
       exit_code::host, "larger than"},
      {"no JSON", answer(200, "<html>"), exit_code::host, "does not answer with a JSON object"},
      {"a JSON list", answer(200, "[]"), exit_code::host, "does not answer with a JSON object"},
      {"no price", answer(200, "{}"), exit_code::host, "does not tell a price"},
      {"no asset", answer(200, R"({"price":"5"})"), exit_code::host, "does not say in which asset"},
      {"odd scale", answer(200, R"({"price":"5","assetCode":"XRP","assetScale":1.5})"),
       exit_code::host, "does not say in which asset"},
      {"scale too large", answer(200, R"({"price":"5","assetCode":"XRP","assetScale":256})"),
       exit_code::host, "does not say in which asset"},
      {"2^63", price("\"9223372036854775808\""), exit_code::host, "an impossible price: \"9223372"},
      {"negative", price("\"-5\""), exit_code::host, "an impossible price: \"-5\""},
      {"fraction", price("1.5"), exit_code::host, "an impossible price: 1.5"},
      {"NaN", price("\"NaN\""), exit_code::host, "an impossible price: \"NaN\""},
      {"null", price("null"), exit_code::host, "an impossible price: something that is no number"},
      {"escapes in a price", price("\"\\u001b[2J\""), exit_code::host, "price: \"?[2J\""},
      {"another hash (C-20)", answer(200, R"({"price":"5","manifestHash":"abc"})"), exit_code::host,
       "tells another manifest hash (abc)"},
      {"redirect", answer(302, "", "Location: https://evil.example/\r\n"), exit_code::host,
       "sends us to https://evil.example/"},
      {"redirect to nowhere", answer(301, ""), exit_code::host, "sends us to another place"},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", exit_code::host, "answers 204"},
      {"404", answer(404, "Not Found"), exit_code::host, "refuses: Not Found (404)"},
      {"400 with reasons",
       answer(400, R"({"message":"Invalid request payload input","errors":[)"
                   R"({"pointer":"/manifest/name","message":"is too long"}]})"),
       exit_code::host,
       "refuses: Invalid request payload input (400)\n  /manifest/name: is too long"},
      {"503", answer(503, R"({"message":"Memory usage exceeded.","code":"no_capacity"})"),
       exit_code::host, "refuses: Memory usage exceeded. (503)"},
      {"402 without Pay", answer(402, R"({"message":"Payment Required"})"), exit_code::payment,
       "refuses: Payment Required (402)"},
      {"402 with nonsense in Pay", answer(402, "", "Pay: money now\r\n"), exit_code::host,
       "cannot be paid: it does not say where to pay"},
      {"402 of another method", answer(402, "", "Pay: interledger-psk2 g.x AAAA\r\n"),
       exit_code::host, "a way that is not spoken here"},
      {"402 with a bad secret", answer(402, "", "Pay: interledger-stream g.x AAAA\r\n"),
       exit_code::host, "no Interledger address"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.what);
      const tiny_server server{[&](const tiny_request&) -> std::optional<std::string> {
        if (r.bytes.empty() || r.what == std::string{"truncated"} || r.bytes[0] == 'S')
          return r.bytes.empty() ? std::nullopt : std::optional{r.bytes};
        return r.bytes;
      }};
      options.hosts = {*parse_host(server.url())};
      options.time_limit = 2s; // for those that leave us waiting
      const auto why = fail();
      if (r.what == std::string{"truncated"}) { // the connection stays open: that is a wait
        CHECK(why.code == exit_code::timed_out);
        CHECK(why.what.starts_with("gave up after 2 seconds while asking http://127.0.0.1"));
        continue;
      }
      CHECK(why.code == r.code);
      CHECK_MESSAGE(why.what.find(r.why) != std::string::npos, why.what);
      CHECK(result.moved == money_moved{});
    }
  }

  TEST_CASE_FIXTURE(upload_fixture, "a host that hangs is given up, by name and time") {
    std::promise<void> over;
    auto waiting = over.get_future();
    const tiny_server server{[&](const tiny_request&) -> std::optional<std::string> {
      waiting.wait();
      return std::nullopt;
    }};
    options.hosts = {*parse_host(server.url())};
    options.time_limit = 1s;
    const auto why = fail();
    over.set_value();
    CHECK(why.code == exit_code::timed_out);
    CHECK(why.what == "gave up after 1 second while asking " + server.url() + " for its price");
    CHECK(why.next == "Give it more with --timeout");
  }

  TEST_CASE_FIXTURE(upload_fixture, "no ledger is said before anybody is asked to pay") {
    const tiny_server server{[](const tiny_request&) {
      return answer(200, R"({"price":"5","assetCode":"XRP","assetScale":9})");
    }};
    options.hosts = {*parse_host(server.url())};
    const auto why = fail();
    CHECK(why.code == exit_code::payment);
    CHECK(why.what == "no ledger to pay from: nothing listens at 127.0.0.1:1");
    CHECK(why.next
          == "Start moneyd, or codiusd --dev on this machine, or name another place with --btp");
  }
}
