#include "net/ilp/btp_accounts.hpp"
#include "net/ilp/condition.hpp"
#include "net/ilp/ildcp.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"
#include "tests/net/ilp/mutation.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

namespace {

const utc_time now = std::chrono::sys_days{std::chrono::year{2029} / 1 / 1};

bool request_is_good(byte_view bytes) {
  const auto prepare = decode_ilp_prepare(bytes);
  if (!prepare)
    return false;
  const auto reply = answer_ildcp(*prepare, {"test.x", 9, "XRP"}, "test.p", now);
  if (const auto* reject = std::get_if<ilp_reject>(&reply)) {
    CHECK(reject->code == "F00");
    CHECK(reject->triggered_by == "test.p");
    return false;
  }
  return true;
}

result<ildcp_response> response_of(byte_view bytes) {
  const auto reply = decode_ilp_reply(bytes);
  if (!reply)
    return reply.error();
  return parse_ildcp_reply(*reply);
}

} // namespace

TEST_SUITE("net/ilp/ildcp") {
  TEST_CASE("a request is the one that deployed parents know") {
    const ilp_vectors file{"ildcp.json"};
    size_t run = 0;
    for (dom::element c : file.list("requests")) {
      const auto request = make_ildcp_request(iso_time(text(c, "expiresAt")) - 60s);
      CHECK(to_hex(encode(request)) == text(c, "hex"));
      CHECK(is_ildcp_request(request));
      CHECK(request_is_good(hex(c, "hex")));
      ++run;
    }
    CHECK(run == 2);
  }

  TEST_CASE("every response vector is given and read") {
    const ilp_vectors file{"ildcp.json"};
    size_t run = 0;
    for (dom::element c : file.list("responses")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      const ildcp_response child{text(c, "clientAddress"),
                                 static_cast<uint8_t>(uint64_t{c["assetScale"]}),
                                 text(c, "assetCode")};
      const auto reply = answer_ildcp(make_ildcp_request(now), child, "test.p", now);
      CHECK(to_hex(encode(reply)) == text(c, "hex"));
      const auto read = response_of(hex(c, "hex"));
      REQUIRE(read);
      CHECK(*read == child);
      ++run;
    }
    CHECK(run == 4);
  }

  TEST_CASE("every broken request and response is refused") {
    const ilp_vectors file{"ildcp.json"};
    size_t run = 0;
    for (dom::element c : file.list("invalid")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      const auto bytes = hex(c, "hex");
      const bool good
        = text(c, "decodeAs") == "request" ? request_is_good(bytes) : bool{response_of(bytes)};
      CHECK(good == (text(c, "expected") == "decode-ok"));
      ++run;
    }
    CHECK(run == 10);
  }

  TEST_CASE("a child without a user name is called after its token") {
    const ilp_vectors file{"ildcp.json"};
    size_t run = 0;
    for (dom::element c : file.list("accounts")) {
      CHECK(btp_token_account(text(c, "auth_token")) == text(c, "account"));
      ++run;
    }
    CHECK(run == 6);
  }

  TEST_CASE("no broken response hurts") {
    const ilp_vectors file{"ildcp.json"};
    for (dom::element c : file.list("responses"))
      mutate(hex(c, "hex"), [](byte_view b) { (void)response_of(b); });
  }
}

} // namespace codius::tests
