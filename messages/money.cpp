#include "messages/money.hpp"

#include <optional>

namespace codius {

namespace {

// 128 bits hold every sane price; a product that leaves them is refused, never wrapped.
__extension__ typedef unsigned __int128 wide;

std::optional<wide> multiply(std::optional<wide> a, wide b) {
  wide out = 0;
  if (!a || __builtin_mul_overflow(*a, b, &out))
    return std::nullopt;
  return out;
}

wide power_of_ten(unsigned n) {
  wide out = 1;
  while (n-- > 0)
    out *= 10;
  return out;
}

} // namespace

result<decimal> parse_decimal(std::string_view text) {
  const error bad{errc::invalid, "not a decimal number such as 10 or 0.025"};
  decimal out;
  bool point = false;
  int digits = 0;
  for (char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 18)
      return bad;
    out.mantissa = out.mantissa * 10 + static_cast<uint64_t>(c - '0');
    out.places = static_cast<uint8_t>(out.places + (point ? 1 : 0));
  }
  if (digits == 0 || text.back() == '.')
    return bad;
  return out;
}

std::string to_string(const decimal& d) { return whole_units(d.mantissa, d.places); }

std::string whole_units(uint64_t amount, uint8_t scale) {
  auto digits = std::to_string(amount);
  if (digits.size() <= scale)
    digits.insert(0, scale + 1 - digits.size(), '0');
  digits.insert(digits.size() - scale, ".");
  while (digits.back() == '0')
    digits.pop_back();
  if (digits.back() == '.')
    digits.pop_back();
  return digits;
}

result<uint64_t> price_of(const decimal& cost_per_month, uint8_t asset_scale, uint32_t weight,
                          uint64_t seconds) {
  // Powers of ten that stand on both sides of the fraction cancel out before they overflow.
  const unsigned up = asset_scale > cost_per_month.places ? asset_scale - cost_per_month.places : 0;
  const unsigned down = cost_per_month.places > asset_scale ? cost_per_month.places - asset_scale : 0;
  if (up > 38)
    return error{errc::invalid, "asset scale " + std::to_string(asset_scale) + " is too large"};
  auto numerator = multiply(multiply(multiply(wide{cost_per_month.mantissa}, weight), seconds),
                            power_of_ten(up));
  if (!numerator)
    return error{errc::invalid, "the price is too large to be counted"};
  const wide denominator = wide{seconds_per_month} * power_of_ten(down);
  const wide price = *numerator / denominator + (*numerator % denominator != 0 ? 1 : 0);
  if (price > max_amount)
    return error{errc::invalid, "the price is too large to be paid"};
  return static_cast<uint64_t>(price);
}

} // namespace codius
