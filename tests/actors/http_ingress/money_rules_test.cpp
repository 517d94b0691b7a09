#include "tests/actors/http_ingress/api_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

/// Where a JSON pointer or a parameter is named as faulty.
bool blames(const net::http_response& res, const std::string& member, const std::string& where) {
  const auto body = *runtime::parse_json(res.body);
  const auto* errors = body.find("errors");
  if (errors == nullptr || errors->array() == nullptr)
    return false;
  for (const auto& one : *errors->array())
    if (const auto* text = one.find_text(member); text != nullptr && *text == where)
      return one.find_text("message") != nullptr;
  return false;
}

} // namespace

TEST_SUITE("actors/http_ingress/money_rules") {
  TEST_CASE_FIXTURE(
    running_api,
    "D-02 D-03 D-04 a duration is one whole number within the bounds, or nothing is asked for") {
    CHECK(upload_paid(9, "here").status == 200);
    const auto hash = text_of(http("OPTIONS", "/pods", {}, manifest("here")), "manifestHash");
    for (const char* wrong : {"0",        "-600",
                              "-1",       "1.5",
                              ".5",       "5.",
                              "1e3",      "1e21",
                              "0x10",     "0b1",
                              "NaN",      "Infinity",
                              "abc",      "600s",
                              "%20600",   "600%20",
                              "%2B600",   "6%2C000",
                              "31536001", "99999999999999999999",
                              "0.0001",   "600&duration=600"}) {
      CAPTURE(wrong);
      const std::string query = "duration=" + std::string{wrong};
      for (const auto& answer :
           {http("OPTIONS", "/pods?" + query, {}, manifest("web")),
            http("POST", "/pods?" + query, paying(1), manifest("web")),
            http("PUT", "/pods?manifestHash=" + hash + "&" + query, paying(1))}) {
        check_error(answer, 400, "invalid_duration");
        CHECK(blames(answer, "parameter", "duration"));
        CHECK_FALSE(answer.fields.find("Pay"));
      }
    }
    CHECK(money->waiting.empty());
    for (const char* right : {"1", "31536000", "017", ""}) {
      CAPTURE(right);
      CHECK(http("OPTIONS", "/pods?duration=" + std::string{right}, {}, manifest("web")).status
            == 200);
    }
  }

  TEST_CASE_FIXTURE(
    running_api,
    "D-07 more time for what is not here, or no longer, is refused before any payment") {
    money->connected = {token_of(1), token_of(2)};
    const auto unknown
      = http("PUT", "/pods?manifestHash=" + id_of('z').text + "&duration=60", paying(1));
    check_error(unknown, 404, "unknown_pod");
    CHECK_FALSE(unknown.fields.find("Pay"));
    check_error(http("PUT", "/pods?manifestHash=none&duration=60", paying(1)), 404, "unknown_pod");
    check_error(http("PUT", "/pods?duration=60", paying(1)), 422, "unprocessable");
    const auto sold = upload_paid(2, "brief", "60");
    const auto hash = text_of(sold, "manifestHash");
    pass(61s);
    const auto ended = http("PUT", "/pods?manifestHash=" + hash + "&duration=60", paying(1));
    check_error(ended, 404, "unknown_pod");
    CHECK(money->waiting.empty());
    const auto body = http("PUT", "/pods?manifestHash=" + hash, paying(1), R"({"manifest":1})");
    check_error(body, 400, "invalid");
    CHECK(blames(body, "pointer", ""));
  }

  TEST_CASE_FIXTURE(running_api, "D-40 a quote says how long it holds, and holds that long") {
    const auto quote = http("OPTIONS", "/pods?duration=600", {}, manifest("web"));
    CHECK(text_of(quote, "validUntil") == "2023-11-14T22:14:20.000Z"); // a minute from now
    board->change(terms_at({20, 0}), *world.now);
    constexpr uint64_t twice = 4'566'211; // rounded once, up
    CHECK(text_of(http("OPTIONS", "/pods?duration=600", {}, manifest("web")), "price")
          == std::to_string(twice));
    SUBCASE("to its last moment") {
      pass(60s);
      CHECK(upload_paid(1, "web").status == 200);
      CHECK(totals().earned == price_of_600s);
    }
    SUBCASE("and no longer") {
      pass(60s + 1ms);
      const auto unpaid = http("POST", "/pods?duration=600", paying(1), manifest("web"));
      CHECK(text_of(unpaid, "price") == std::to_string(twice));
      CHECK(upload_paid(1, "web").status == 200);
      CHECK(totals().earned == twice);
    }
    SUBCASE("a price that went down is charged at once") {
      board->change(terms_at({5, 0}), *world.now);
      CHECK(upload_paid(1, "web").status == 200);
      CHECK(totals().earned == price_of_600s / 2);
    }
  }

  TEST_CASE_FIXTURE(running_api,
                    "who has not paid is told where, how much, and until when that price holds") {
    const auto answer = http("POST", "/pods?duration=600", paying(1), manifest("web"));
    check_error(answer, 402, "payment_required");
    CHECK(text_of(answer, "price") == std::to_string(price_of_600s));
    CHECK(text_of(answer, "validUntil") == "2023-11-14T22:14:20.000Z");
    CHECK(answer.fields.get("Pay").starts_with("interledger-stream test.host.x "));
  }

  TEST_CASE_FIXTURE(running_api,
                    "what a payer gave in vain is the token's, and told to whoever knows it") {
    const auto credits = [this](uint8_t token) { return http("GET", "/credits", paying(token)); };
    CHECK(credits(1).body == R"({"credits":[]})");
    CHECK(credits(1).fields.get("cache-control") == "no-store");
    money->connected.insert(token_of(1));
    const auto answer = begin("POST", "/pods?duration=600", paying(1), manifest("web"));
    (void)pay(1, 1000);
    CHECK(credits(1).body == R"({"credits":[{"amount":"1000","assetCode":"XRP","assetScale":9}]})");
    caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), collect_over{token_of(1), 0});
    run();
    REQUIRE(*answer);
    check_error(**answer, 402, "payment_timeout");
    CHECK(text_of(**answer, "credit") == "1000");
    CHECK(credits(1).body == R"({"credits":[{"amount":"1000","assetCode":"XRP","assetScale":9}]})");
    CHECK(credits(2).body == R"({"credits":[]})");
    const auto again = begin("POST", "/pods?duration=600", paying(1), manifest("web"));
    CHECK(money->due[token_of(1)] == price_of_600s - 1000);
    (void)pay(1, price_of_600s - 1000);
    REQUIRE(*again);
    CHECK((*again)->status == 200);
    CHECK(credits(1).body == R"({"credits":[]})");
    check_error(http("GET", "/credits"), 400, "missing_pay_token");
    check_error(http("GET", "/credits", {{"Pay-Token", "short"}}), 400, "invalid_pay_token");
  }

  TEST_CASE_FIXTURE(running_api, "money in two assets is shown in both") {
    const auto keeper = runtime::find<keeper_actor>(sys, role::keeper);
    REQUIRE(ask<money_booked>(keeper, book_money{token_of(1), 5, {"XRP", 9}}));
    REQUIRE(ask<money_booked>(keeper, book_money{token_of(1), 7, {"EUR", 2}}));
    CHECK(http("GET", "/credits", paying(1)).body
          == R"({"credits":[{"amount":"7","assetCode":"EUR","assetScale":2},)"
             R"({"amount":"5","assetCode":"XRP","assetScale":9}]})");
  }

  TEST_CASE_FIXTURE(running_api,
                    "a host that is drained takes no new pods, and sells time to those it has") {
    const auto old = upload_paid(1, "old");
    CHECK(old.status == 200);
    board->change(drained_terms(), *world.now);
    money->connected.insert(token_of(2));
    const auto refused = http("POST", "/pods?duration=600", paying(2), manifest("new"));
    check_error(refused, 503, "draining");
    CHECK(text_of(refused, "message").find("draining") != std::string::npos);
    CHECK_FALSE(refused.fields.find("Pay"));
    CHECK(money->waiting.empty());
    CHECK(used().used_bytes == machine_size{}.memory_bytes);
    CHECK(upload_paid(3, "old").status == 200); // by uploading it again
    const auto longer
      = begin("PUT", "/pods?duration=60&manifestHash=" + text_of(old, "manifestHash"), paying(2));
    (void)pay(2, money->due[token_of(2)]);
    REQUIRE(*longer);
    CHECK((*longer)->status == 200);
  }

  TEST_CASE_FIXTURE(
    running_api, "D-14 what was earned is the sum of what was sold, however often it was asked") {
    CHECK(upload_paid(1, "a").status == 200);
    CHECK(upload_paid(1, "a").status == 200); // the same sale once more
    CHECK(upload_paid(2, "b", "60").status == 200);
    CHECK(totals().earned == price_of_600s + 228'311);
    CHECK(totals().received == totals().earned);
  }

  TEST_CASE_FIXTURE(running_api, "D-19 asking for a pod changes nothing") {
    check_error(http("GET", "/pods?manifestHash=" + id_of('a').text), 404, "unknown_pod");
    const auto hash = text_of(upload_paid(1, "web"), "manifestHash");
    const auto first = http("GET", "/pods?manifestHash=" + hash);
    CHECK(first.status == 200);
    CHECK(http("GET", "/pods?manifestHash=" + hash).body == first.body);
    check_error(http("GET", "/pods"), 422, "unprocessable");
  }

  TEST_CASE_FIXTURE(running_api, "D-22 a quote needs no private part; what refers to one says so") {
    CHECK(http("OPTIONS", "/pods", {}, manifest("web", R"(,"environment":{"A":"b"})")).status
          == 200);
    check_error(http("OPTIONS", "/pods", {}, manifest("web", R"(,"environment":{"A":"$B"})")), 422,
                "invalid_manifest");
  }

  TEST_CASE_FIXTURE(running_api, "D-23 a name that any JavaScript object has is no variable") {
    check_error(
      http("OPTIONS", "/pods", {}, manifest("web", R"(,"environment":{"A":"$toString"})")), 422,
      "invalid_manifest");
    check_error(
      http("OPTIONS", "/pods", {}, manifest("web", R"(,"environment":{"__proto__":"x"})")), 400,
      "invalid_manifest");
  }

  TEST_CASE_FIXTURE(running_api,
                    "D-36 a manifest too large for its pod is refused before any payment") {
    money->connected.insert(token_of(1));
    const auto big
      = manifest("web", R"(,"environment":{"A":")" + std::string(125 * 1024, 'x') + R"("})");
    check_error(http("POST", "/pods?duration=600", paying(1), big), 422, "invalid_manifest");
    CHECK(money->waiting.empty());
  }
}
