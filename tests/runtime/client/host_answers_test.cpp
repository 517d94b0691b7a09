#include "runtime/base/json.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/manifest_source.hpp"
#include "runtime/client/purchase_report.hpp"
#include "runtime/client/text.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::client;
using namespace std::chrono_literals;

namespace {

const std::string hash(52, 'a');

net::http_response response(unsigned status, std::string body) {
  net::http_response out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

purchase_result example() {
  purchase_result r;
  r.host = "http://h";
  r.hash = hash;
  r.token = "TOKEN";
  r.payer = r.host_unit = asset{"XRP", 9};
  r.price = 1000;
  return r;
}

std::string failed(const purchase_result& r, const failure& why) {
  return failure_text(why, r, {});
}

} // namespace

TEST_SUITE("runtime/client/host_answers") {
  TEST_CASE("quotes of either kind of host are read") {
    const auto ours
      = read_quote(response(200, R"({"manifestHash":")" + hash
                                   + R"(","price":"5","assetCode":"XRP","assetScale":9})"),
                   "h", hash);
    REQUIRE(ours);
    CHECK(*ours == quote{5, asset{"XRP", 9}});
    const auto original
      = read_quote(response(200, R"({"manifestHash":")" + hash + R"(","price":"5"})"), "h", hash);
    REQUIRE(original);
    CHECK(*original == quote{5, {}});
  }

  TEST_CASE("refusals keep their reasons and credit, made harmless") {
    const auto r = read_refusal(response(
      503,
      R"({"message":"\u001b[2Jno","code":"busy","credit":"7","errors":[{"pointer":"/a","message":"b"},5]})"));
    CHECK(r == refusal{503, "busy", "?[2Jno", {"/a: b"}, 7, ""});
    CHECK(read_refusal(response(503, "<html>")).message == "Service Unavailable");
    CHECK(!read_refusal(response(503, R"({"credit":"-5"})")).credit);
  }

  TEST_CASE("a stand-in for a quote has no private variable, and is otherwise the same") {
    const auto manifest = *runtime::parse_json(
      R"({"name":"x","vars":{"A":{"value":"1"},"B":{"encoding":"private:sha256","value":"ff"}}})");
    CHECK(has_private_vars(manifest));
    const auto other = stand_in(manifest);
    CHECK(!has_private_vars(other));
    CHECK(dump(other) == R"({"name":"x","vars":{"A":{"value":"1"},"B":{"value":"ff"}}})");
    CHECK(!has_private_vars(*runtime::parse_json("{}")));
    CHECK(!has_private_vars(*runtime::parse_json(R"({"vars":5})")));
  }
}

TEST_SUITE("runtime/client/purchase_report") {
  TEST_CASE("success says where, until when, and for how much") {
    auto r = example();
    r.moved.sent = 1000;
    const auto now = *parse_iso_time("2026-11-22T15:00:00Z");
    const delivery pod{"http://" + hash + ".h/", hash, now + 10min};
    CHECK(success_text(pod, r, now, {})
          == "Your pod runs.\n"
             "  url    http://"
               + hash
               + ".h/\n"
                 "  until  2026-11-22T15:10:00Z (in 10 minutes)\n"
                 "  paid   0.000001 XRP (1000 units)\n"
                 "  hash   "
               + hash + "\n");
    r.end = pod;
    CHECK(report_json(r)
          == R"({"ok":true,"url":"http://)" + hash
               + R"(.h/","expiry":"2026-11-22T15:10:00Z","host":"http://h",)"
                 R"("manifestHash":")"
               + hash
               + R"(","price":"1000","priceAsset":{"code":"XRP","scale":9},)"
                 R"("totalPaid":"1000","asset":{"code":"XRP","scale":9}})"
                 "\n");
  }

  TEST_CASE("failure says what happened, then what became of the money, then what to do") {
    auto r = example();
    const failure why{exit_code::host, "the host is tired\n  very", "Let it sleep"};
    CHECK(failed(r, why)
          == "codius upload: the host is tired\n  very\n  Nothing was paid.\n  Let it sleep.\n");
    CHECK(failed(r, {exit_code::host, "x", "Why?"}).ends_with("  Why?\n"));
    r.credit = 7;
    CHECK(
      failed(r, {exit_code::host, "x", ""})
      == "codius upload: x\n"
         "  Nothing was paid. 0.000000007 XRP (7 units) are kept as credit of pay token TOKEN.\n"
         "  To spend the credit, repeat this command with --pay-token TOKEN.\n");
    CHECK(
      failure_text({exit_code::host, "x", ""}, r, {}, "extend")
        .ends_with("  To spend the credit, repeat this command.\n")); // the record has the token
    r.credit.reset();
    r.moved = {500, 20};
    CHECK(
      failed(r, {exit_code::interrupted, "interrupted while paying", ""})
      == "codius upload: interrupted while paying\n"
         "  Paid: 0.0000005 XRP (500 units). 0.00000002 XRP (20 units) more may have been paid: no "
         "answer told.\n"
         "  The host knows what was paid by its pay token: repeat this command with --pay-token "
         "TOKEN, and it counts that first.\n"
         "  Whether the pod runs tells http://h/pods?manifestHash="
           + hash + "\n");
    const auto unsure = [&](money_moved moved) {
      auto other = r;
      other.moved = moved;
      return failed(other, {exit_code::payment, "x", ""});
    };
    CHECK(
      unsure({0, 20}).find("\n  0.00000002 XRP (20 units) may have been paid: no answer told.\n")
      != std::string::npos);
    r.end = failure{exit_code::interrupted, "interrupted", ""};
    CHECK(
      report_json(r)
      == R"({"ok":false,"exitCode":130,"error":"interrupted","message":"interrupted","host":"http://h",)"
         R"("manifestHash":")"
           + hash
           + R"(","price":"1000","priceAsset":{"code":"XRP","scale":9},)"
             R"("totalPaid":"500","asset":{"code":"XRP","scale":9},"maybePaid":"20","payToken":"TOKEN"})"
             "\n");
  }
}
