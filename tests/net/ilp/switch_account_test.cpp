#include "net/ilp/switch_account.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

namespace {

constexpr utc_time start{1000h};

} // namespace

TEST_SUITE("net/ilp/switch_account") {
  TEST_CASE("a bucket holds a minute's worth and refills evenly") {
    packet_bucket bucket{60, start};
    for (int i = 0; i < 60; ++i)
      CHECK(bucket.take(start));
    CHECK_FALSE(bucket.take(start));
    CHECK_FALSE(bucket.take(start + 999ms));
    CHECK(bucket.take(start + 1000ms));
    CHECK_FALSE(bucket.take(start + 1000ms));
    const auto later = start + 24h;
    for (int i = 0; i < 60; ++i)
      CHECK(bucket.take(later));
    CHECK_FALSE(bucket.take(later));
  }

  TEST_CASE("a clock that is set back gives nothing away") {
    packet_bucket bucket{1, start};
    CHECK(bucket.take(start));
    CHECK_FALSE(bucket.take(start - 1h));
    CHECK_FALSE(bucket.take(start - 1h + 30s));
    CHECK(bucket.take(start - 1h + 60s));
  }

  TEST_CASE("zero packets a minute mean no limit") {
    packet_bucket bucket{0, start};
    for (int i = 0; i < 100'000; ++i)
      REQUIRE(bucket.take(start));
  }

  TEST_CASE("a limited account spends what it has, and tells every change") {
    std::vector<uint64_t> told;
    child_account account{"child.a", {false, 10, [&](uint64_t b) { told.push_back(b); }}, 0, start};
    CHECK_FALSE(account.debit(11));
    CHECK(account.debit(4));
    CHECK(account.debit(0));
    account.credit(1);
    account.credit(0);
    CHECK(account.balance() == 7);
    CHECK(told == std::vector<uint64_t>{6, 7});
  }

  TEST_CASE("a balance does not overflow") {
    constexpr auto most = std::numeric_limits<uint64_t>::max();
    child_account account{"child.a", {false, most - 1, {}}, 0, start};
    CHECK(account.can_credit(1));
    CHECK_FALSE(account.can_credit(2));
    account.credit(2);
    CHECK(account.balance() == most);
  }

  TEST_CASE("an unlimited account counts nothing") {
    child_account account{"local.a", {}, 0, start};
    CHECK(account.debit(std::numeric_limits<uint64_t>::max()));
    account.credit(5);
    CHECK(account.balance() == 0);
  }
}

} // namespace codius::tests
