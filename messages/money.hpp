#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace codius {

/// What amounts are counted in: `scale` 9 of "XRP" means units of 10⁻⁹ XRP.
struct asset {
  std::string code = "XRP";
  uint8_t scale = 9;
  bool operator==(const asset&) const = default;
};

/// An exact non-negative decimal: mantissa ÷ 10^places.
struct decimal {
  uint64_t mantissa = 0;
  uint8_t places = 0; ///< 0…18
  bool operator==(const decimal&) const = default;
};

/// Reads digits with at most one point and at most 18 digits in all, e.g. "10" or "0.025". Blanks,
/// signs and exponents are refused. Errors: `invalid`.
result<decimal> parse_decimal(std::string_view text);
/// The shortest form, e.g. "0.025".
std::string to_string(const decimal& d);

/// `amount` of the smallest units as a decimal of whole ones, e.g. 2283106 at scale 9 → "0.002283106".
std::string whole_units(uint64_t amount, uint8_t scale);

/// A month as the original host counts it.
inline constexpr uint64_t seconds_per_month = 2'628'000;

/// Largest amount that is ever asked, booked or stored: it must fit SQLite's signed integers.
inline constexpr uint64_t max_amount = INT64_MAX;

/// Price in smallest units: ceil(cost × 10^scale × weight × seconds ÷ seconds_per_month), exact
/// (the original rounds the rate first, which sometimes adds a unit).
/// Errors: `invalid` when the price does not fit `max_amount`.
result<uint64_t> price_of(const decimal& cost_per_month, uint8_t asset_scale, uint32_t weight,
                          uint64_t seconds);

} // namespace codius
