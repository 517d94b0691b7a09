// The original's price table. It rounds the price of a second before it multiplies, so that some of
// its prices are a unit above the exact one; ours are exact, and never above a recorded one.
#include "messages/money.hpp"
#include "tests/runtime/manifest/vectors.hpp"

using namespace codius;
using codius::runtime::testing::text_of;
using codius::runtime::testing::vector_cases;

namespace {

uint64_t number(const std::string& digits) { return std::stoull(digits); }

bool is_whole(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// The least amount that is not below cost × 10^scale × seconds / 2,628,000, in wide integers.
uint64_t exact(const decimal& cost, unsigned scale, uint64_t seconds) {
  __extension__ using wide = unsigned __int128;
  wide above = static_cast<wide>(cost.mantissa) * seconds;
  for (unsigned i = 0; i < scale; ++i)
    above *= 10;
  wide below = 2'628'000;
  for (unsigned i = 0; i < cost.places; ++i)
    below *= 10;
  return static_cast<uint64_t>((above + below - 1) / below);
}

} // namespace

TEST_SUITE("runtime/base/price_table") {
  TEST_CASE("every recorded price for a whole duration is ours, or one unit above it") {
    int same = 0;
    int dearer = 0;
    int too_large = 0;
    for (const auto& c : vector_cases("host-api/13-price-table.json")) {
      if (!is_whole(text_of(c, "duration")))
        continue; // refused here, see D-02
      const auto cost_text = runtime::dump(*c.find("cost_per_month"));
      CAPTURE(cost_text);
      const auto cost = parse_decimal(cost_text);
      REQUIRE(cost);
      const auto scale = static_cast<uint8_t>(number(runtime::dump(*c.find("asset_scale"))));
      const auto seconds = number(text_of(c, "duration"));
      CAPTURE(scale);
      CAPTURE(seconds);
      const auto price = price_of(*cost, scale, 1, seconds);
      const auto& text = text_of(c, "price");
      if (text.size() > 19 || number(text) > INT64_MAX) {
        CHECK_FALSE(price); // cannot be paid, and is said at once
        ++too_large;
        continue;
      }
      const auto recorded = number(text);
      REQUIRE(price);
      CHECK(*price == exact(*cost, scale, seconds));
      CHECK(recorded - *price <= 1);
      ++(recorded == *price ? same : dearer);
    }
    CHECK(same == 528);
    CHECK(dearer == 45);
    CHECK(too_large == 27);
  }
}
