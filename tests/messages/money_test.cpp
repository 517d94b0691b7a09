#include "messages/money.hpp"

#include <doctest/doctest.h>

using namespace codius;

TEST_SUITE("messages/money") {
  TEST_CASE("prices are exact") {
    struct row {
      const char* cost;
      uint8_t scale;
      uint64_t seconds;
      uint64_t price;
    };
    const row rows[] = {
      {"10", 9, 600, 2283106},
      {"10", 9, 3600, 13698631},
      {"10", 9, 1, 3806},
      {"10", 9, 2628000, 10000000000},
      {"10", 6, 600, 2284},
      // A whole month costs the monthly price: the original asks for one unit more here.
      {"10", 6, 2628000, 10000000},
      {"10", 2, 2628000, 1000},
      {"1", 0, 2628000, 1},
      {"0", 9, 600, 0},
      {"0.5", 9, 2628000, 500000000},
      {"0.000000001", 9, 2628000, 1},
      {"0.0000000001", 9, 2628000, 1},
      {"123456789.123456789", 9, 2628000, 123456789123456789},
      {"1", 0, 1, 1},
    };
    for (const auto& r : rows) {
      CAPTURE(r.cost);
      CAPTURE(r.seconds);
      const auto cost = parse_decimal(r.cost);
      REQUIRE(cost);
      const auto price = price_of(*cost, r.scale, 1, r.seconds);
      REQUIRE(price);
      CHECK(*price == r.price);
    }
  }

  TEST_CASE("a price that cannot be counted is refused, not wrapped") {
    CHECK_FALSE(price_of({999'999'999'999'999'999, 0}, 9, 1, 31'536'000));
    CHECK_FALSE(price_of({1, 0}, 255, 1, 1));
    CHECK_FALSE(price_of({UINT64_MAX, 0}, 18, UINT32_MAX, UINT64_MAX));
  }

  TEST_CASE("decimals are read exactly or not at all") {
    CHECK(*parse_decimal("10") == decimal{10, 0});
    CHECK(*parse_decimal("0.025") == decimal{25, 3});
    CHECK(*parse_decimal(".5") == decimal{5, 1});
    for (const char* bad : {"", ".", "1.", "-1", "+1", "1e3", " 1", "1 ", "1.2.3", "0x10", "NaN",
                            "1234567890123456789"}) {
      CAPTURE(bad);
      CHECK_FALSE(parse_decimal(bad));
    }
  }

  TEST_CASE("amounts are shown in whole units") {
    CHECK(whole_units(2283106, 9) == "0.002283106");
    CHECK(whole_units(10'000'000'000, 9) == "10");
    CHECK(whole_units(0, 9) == "0");
    CHECK(whole_units(7, 0) == "7");
    CHECK(whole_units(1500, 3) == "1.5");
  }
}
