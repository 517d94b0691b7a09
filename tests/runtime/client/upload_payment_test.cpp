// Uploads that pay, over real sockets, to a host that behaves as each test asks.
#include "tests/runtime/client/paid_fixture.hpp"

#include <csignal>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;
using namespace std::chrono_literals;

TEST_SUITE("runtime/client/upload_payment") {
  TEST_CASE_FIXTURE(paid_fixture, "an upload pays the price, exactly, and says where the pod is") {
    fake_host host;
    const auto done = upload_to(host);
    REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
    CHECK(done.end->url == "http://" + done.hash + ".localhost:3000/");
    CHECK(done.moved == money_moved{1000, 0});
    CHECK(host.received() == 1000);
    CHECK(done.price == 1000);
    CHECK(exit_of(done) == exit_code::ok);
  }

  TEST_CASE_FIXTURE(paid_fixture,
                    "C-02 private values go to the host that is paid, and into no quote") {
    use_private_values();
    for (const bool insists : {false, true}) {
      CAPTURE(insists);
      fake_host host{{.quote_needs_private = insists}};
      const auto done = upload_to(host);
      REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
      const auto asked = quotes(host);
      CHECK(asked.find("hush-hush") == asked.npos);
      CHECK(asked.find("nonce") == asked.npos);
      const auto all = host.requests();
      CHECK(all.back().method == "POST");
      CHECK(all.back().body.find("hush-hush") != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(paid_fixture, "a host that quotes through the handshake is quoted and paid") {
    fake_host host{{.unit = "", .quote_needs_token = true}};
    const auto done = upload_to(host);
    REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
    CHECK(done.host_unit == asset{"XRP", 9});
    CHECK(host.received() == 1000);
    // The quote's token is another one than the payment's.
    const auto all = host.requests();
    CHECK(all.size() == 4);
    const auto token
      = [](const tiny_request& r) { return r.head.substr(r.head.find("Pay-Token: "), 33); };
    CHECK(token(all[0]) == token(all[1]));
    CHECK(token(all[1]) != token(all[2]));
    CHECK(token(all[2]) == token(all[3]));
  }

  TEST_CASE_FIXTURE(paid_fixture, "C-17 a host gets no more than it quoted, whatever it wants") {
    options.max_price = price_limit{uint64_t{1'000'000}};
    fake_host host{{.greed = 500'000}};
    const auto done = upload_to(host);
    REQUIRE(done.end);
    CHECK(done.moved.sent == 1000);
  }

  TEST_CASE_FIXTURE(paid_fixture, "a price that rose since the quote is not paid") {
    fake_host host{{.price = 2000, .asked = "\"2000\""}};
    const auto why = fail_at(host);
    CHECK(why.code == exit_code::host);
    CHECK(why.what
          == host.url()
               + " now asks 0.000002 XRP (2000 units), but its quote was "
                 "0.000001 XRP (1000 units)");
    CHECK(host.received() == 0);
  }

  TEST_CASE_FIXTURE(paid_fixture, "a price over the limit is not paid") {
    options.max_price = price_limit{uint64_t{999}};
    fake_host host;
    const auto why = fail_at(host);
    CHECK(why.code == exit_code::payment);
    CHECK(why.what
          == "the host asks 0.000001 XRP (1000 units), and --max-price is "
             "0.000000999 XRP (999 units)");
    CHECK(host.requests().size() == 1);
  }

  TEST_CASE_FIXTURE(paid_fixture, "another asset needs a limit, which the real rate must keep") {
    const host_plan plan{.unit = R"(,"assetCode":"EUR","assetScale":2)",
                         .worth = 3,
                         .asset_code = "EUR",
                         .asset_scale = 2};
    {
      fake_host host{plan};
      const auto why = fail_at(host);
      CHECK(why.code == exit_code::user);
      CHECK(why.what == "the host asks 10 EUR (1000 units), and your account holds XRP");
    }
    {
      options.max_price = price_limit{uint64_t{2999}};
      fake_host host{plan};
      const auto why = fail_at(host);
      CHECK(why.code == exit_code::payment);
      CHECK(why.what
            == "at the exchange rate of the way to the host its price of 10 EUR (1000 units) "
               "costs 0.000003001 XRP (3001 units), and the most to be paid is "
               "0.000002999 XRP (2999 units)");
      CHECK(host.received() == 0);
      CHECK(result.moved == money_moved{});
    }
    options.max_price = price_limit{uint64_t{3100}};
    fake_host host{plan};
    const auto done = upload_to(host);
    REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
    CHECK(done.moved.sent >= 3000);
    CHECK(done.moved.sent <= 3100);
    CHECK(host.received() >= 1000);
  }

  TEST_CASE_FIXTURE(paid_fixture,
                    "what was paid for nothing is a credit, and how to spend it is said") {
    fake_host host{{.after_payment = [](int, const std::string&) {
      return answer(502,
                    R"({"message":"the pod did not start","code":"start_failed","credit":"1000"})");
    }}};
    const auto why = fail_at(host);
    CHECK(why.code == exit_code::host);
    CHECK(why.what == host.url() + " refuses: the pod did not start (502)");
    CHECK(result.credit == 1000);
    const auto text = shown();
    CHECK(
      text.find("Paid: 0.000001 XRP (1000 units). 0.000001 XRP (1000 units) are kept as credit of "
                "pay token "
                + result.token)
      != text.npos);
    CHECK(text.find("repeat this command with --pay-token " + result.token) != text.npos);
    const auto object = runtime::parse_json(report_json(result));
    CHECK(*object->find_text("credit") == "1000");
    CHECK(*object->find_text("payToken") == result.token);
  }

  TEST_CASE_FIXTURE(paid_fixture, "a token is used again when it is given") {
    options.token = pay_token{};
    fake_host host;
    REQUIRE(upload_to(host).end);
    CHECK(host.requests().back().head.find("Pay-Token: AAAAAAAAAAAAAAAAAAAAAA\r\n")
          != std::string::npos);
    // Now the host has the money of that token, and answers at once.
    const auto again = upload_to(host);
    REQUIRE(again.end);
    CHECK(again.moved == money_moved{});
    CHECK(host.received() == 1000);
    CHECK(success_text(*again.end, again, utc_time{}, {}).find("the pay token had paid before")
          != std::string::npos);
  }

  TEST_CASE_FIXTURE(paid_fixture,
                    "a host that hangs up after the payment is asked again, and not paid again") {
    fake_host host{{.after_payment = [](int n, const std::string& hash) {
      return n == 0 ? std::nullopt : std::optional{fake_host::delivered(hash)};
    }}};
    const auto done = upload_to(host);
    REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
    CHECK(host.received() == 1000);
    CHECK(done.moved == money_moved{1000, 0});
    CHECK(err.find("closed the connection without an answer. Trying again with the same pay token.")
          != err.npos);
  }

  TEST_CASE_FIXTURE(paid_fixture, "C-20 a host that gives back another pod is not praised") {
    fake_host host{{.after_payment = [](int, const std::string&) {
      return fake_host::delivered(std::string(52, 'a'));
    }}};
    const auto why = fail_at(host);
    CHECK(why.code == exit_code::host);
    CHECK(why.what.find("tells another manifest hash (aaaa") != why.what.npos);
    CHECK(result.moved.sent == 1000);
    CHECK(shown().find("--pay-token " + result.token) != std::string::npos);
  }

  TEST_CASE_FIXTURE(paid_fixture,
                    "an answer that does not tell the pod is an error with what was paid") {
    for (const char* body :
         {"{}", "nonsense", R"({"url":"javascript:1","manifestHash":"HASH","expiry":"x"})",
          R"({"url":"http://x/","manifestHash":"HASH","expiry":"soon"})"}) {
      CAPTURE(body);
      fake_host host{{.after_payment = [body](int, const std::string& hash) {
        std::string text = body;
        if (const auto at = text.find("HASH"); at != text.npos)
          text.replace(at, 4, hash);
        return answer(200, text);
      }}};
      CHECK(fail_at(host).code == exit_code::host);
      CHECK(result.moved.sent == 1000);
    }
  }

  TEST_CASE_FIXTURE(paid_fixture, "Ctrl-C after the payment says what was paid, and the token") {
    fake_host host{{.after_payment = [](int, const std::string&) -> std::optional<std::string> {
      ::kill(::getpid(), SIGINT);
      return std::nullopt;
    }}};
    const auto why = fail_at(host);
    CHECK(why.code == exit_code::interrupted);
    CHECK(why.what.starts_with("interrupted while "));
    CHECK(result.moved.sent == 1000);
    const auto text = shown();
    CHECK(text.find("Paid: 0.000001 XRP (1000 units).") != text.npos);
    CHECK(text.find("--pay-token " + result.token) != text.npos);
    CHECK(text.find(host.url() + "/pods?manifestHash=" + result.hash) != text.npos);
  }

  TEST_CASE_FIXTURE(paid_fixture, "no way to the host is said, with what to do") {
    fake_host network; // its ledger alone
    const tiny_server lost{[](const tiny_request& r) {
      return r.method == "OPTIONS"
               ? answer(200, R"({"price":"5","assetCode":"XRP","assetScale":9})")
               : answer(402, "{}",
                        "Pay: interledger-stream g.nowhere.x " + to_base64(byte_buffer(32))
                          + "\r\n");
    }};
    options.hosts = {*parse_host(lost.url())};
    options.ledger = *net::parse_btp_uri(network.ledger());
    const auto why = fail();
    CHECK(why.code == exit_code::payment);
    CHECK(why.what.starts_with("the host cannot be paid: no rate to be had: F02"));
    CHECK(why.next.find("knows no way to this host") != why.next.npos);
    CHECK(shown().find("Nothing was paid.") != std::string::npos);
  }

  TEST_CASE_FIXTURE(paid_fixture, "a host that has forgotten the stream is asked and paid anew") {
    fake_host host{{.forgets = true}};
    const auto done = upload_to(host);
    REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
    CHECK(done.moved == money_moved{1000, 0});
    CHECK(host.received() == 1000);
    CHECK(err.find("does not know of the payment. Trying again") != err.npos);
  }

  TEST_CASE_FIXTURE(
    paid_fixture,
    "a host that is started anew before it is asked to be paid is paid all the same") {
    for (int packet = 1; packet <= 5; ++packet) {
      CAPTURE(packet);
      fake_host host{{.restarts_at = packet}};
      const auto done = upload_to(host);
      REQUIRE_MESSAGE(done.end, (done.end ? "" : done.end.failure().what));
      CHECK(done.moved == money_moved{1000, 0});
      CHECK(host.received() == 1000);
    }
  }
}
