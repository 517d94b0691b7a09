#include "net/ilp/oer.hpp"
#include "net/ilp/stream_math.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

namespace codius::tests {

using namespace net;

namespace {

stream_rate rate_of(dom::element c) { return {number(c, "probeArrived"), number(c, "probeSent")}; }

uint64_t known(dom::element c, std::string_view key) {
  return text(c, key) == "unknown" ? ~uint64_t{0} : number(c, key);
}

std::vector<uint64_t> numbers(dom::element c, std::string_view key) {
  std::vector<uint64_t> out;
  for (std::string_view digits : dom::array{c[key]})
    out.push_back(std::stoull(std::string{digits}));
  return out;
}

// Every case of a list, named; the answer is how many there were.
template <class Check>
size_t each(const std::string& list, Check check) {
  const ilp_vectors file{"stream-math.json"};
  size_t count = 0;
  for (dom::element c : file.list(list)) {
    const auto name = text(c, "name");
    CAPTURE(name);
    check(c);
    ++count;
  }
  return count;
}

} // namespace

TEST_SUITE("net/ilp/stream_math") {
  TEST_CASE("the minimum follows rate and slippage, rounding down twice") {
    CHECK(each("minimumDestinationAmount",
               [](dom::element c) {
                 const auto slippage = static_cast<uint32_t>(double{c["slippage"]} * 1e6 + 0.5);
                 CHECK(minimum_arriving(number(c, "sourceAmount"), rate_of(c), slippage)
                       == number(c, "expected"));
               })
          == 11);
  }
  TEST_CASE("no more is sent than the receiver has room for, rounded up") {
    CHECK(each("maximumSourceAmount",
               [](dom::element c) {
                 CHECK(maximum_to_send(number(c, "remoteReceiveMax"),
                                       number(c, "remoteTotalReceived"), rate_of(c))
                       == number(c, "expected"));
               })
          == 9);
  }
  TEST_CASE("an amount splits by shares") {
    CHECK(each("shareSplit",
               [](dom::element c) {
                 CHECK(split_amount(number(c, "amount"), numbers(c, "shares"))
                       == numbers(c, "expected"));
               })
          == 8);
    CHECK(split_amount(10, {0, 0}) == std::vector<uint64_t>{0, 0});
    CHECK(split_amount(10, {~uint64_t{0}, ~uint64_t{0}}) == std::vector<uint64_t>{5, 5});
  }
  TEST_CASE("a packet may bring one per cent more than there is room for") {
    CHECK(each("receiveTolerance",
               [](dom::element c) {
                 CHECK(receive_tolerance(number(c, "receiveMax"), number(c, "totalReceived"))
                       == number(c, "expectedMaxPacketAmount"));
               })
          == 9);
  }
  TEST_CASE("F08 says how much a packet may carry, or half of it is tried") {
    CHECK(each("amountTooLarge",
               [](dom::element c) {
                 stream_path path;
                 path.too_large(number(c, "amountSent"), hex(c, "rejectData"));
                 CHECK(path.maximum == number(c, "expectedMaximumPacketAmount"));
                 CHECK(path.limit == number(c, "expectedNextPacketAmount"));
               })
          == 9);
  }
  TEST_CASE("T04 takes a third away, down to two units") {
    CHECK(each("insufficientLiquidity",
               [](dom::element c) {
                 stream_path path{number(c, "currentPacketLimit"), ~uint64_t{0}};
                 path.illiquid(number(c, "amountSent"));
                 CHECK(path.limit == number(c, "expectedPacketLimit"));
               })
          == 7);
  }
  TEST_CASE("a Fulfill at the limit raises it") {
    CHECK(each("raiseLimit",
               [](dom::element c) {
                 stream_path path{number(c, "currentPacketLimit"), known(c, "knownMaximum")};
                 path.fulfilled(number(c, "amountSent"));
                 CHECK(path.limit == number(c, "expectedPacketLimit"));
               })
          == 7);
  }
  TEST_CASE("sums saturate") {
    CHECK(saturating_add(~uint64_t{0}, 1) == ~uint64_t{0});
    CHECK(saturating_sub(1, 2) == 0);
    CHECK(mul_div_floor(~uint64_t{0}, 2, 1) == ~uint64_t{0});
  }
}

} // namespace codius::tests
