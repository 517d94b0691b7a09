#pragma once
#include "messages/money.hpp"
#include "net/ilp/stream_math.hpp"
#include "runtime/base/json.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// Prices: exact, in smallest units of somebody's asset, never above `max_amount`. Pure.

namespace codius::client {

/// An amount of whole units with its asset, as a person writes it: "0.01XRP".
struct whole_amount {
  decimal amount;
  std::string code;
  bool operator==(const whole_amount&) const = default;
};

/// What --max-price says: smallest units of the payer's asset, or an amount with its code.
using price_limit = std::variant<uint64_t, whole_amount>;

/// Errors: `invalid`, in words that follow the option's name and value.
result<price_limit> parse_price_limit(std::string_view text);

/// The limit in smallest units of `payer`, rounded down. Errors: `invalid` for another asset, or an
/// amount too large to be counted.
result<uint64_t> limit_in_units(const price_limit& limit, const asset& payer);

/// "0.002283106 XRP (2283106 units)"; at scale 0 "5 CHIPS".
std::string show_amount(uint64_t amount, const asset& unit);

/// The price in a host's answer: decimal digits, as text or as a number. Errors: `invalid` for all
/// that is no amount (negative, fractions, `NaN`, 2^63 and more), naming it.
result<uint64_t> parse_price(const runtime::json& value);

/// `price` and 1 % on top, rounded up: what is paid at most when nobody said a limit.
uint64_t with_margin(uint64_t price);

/// What `rate` whole units a month allow for `time`, in smallest units; and one unit more, since
/// hosts of 2018 round their rate up before they multiply. Saturates.
uint64_t monthly_limit(const decimal& rate, const asset& in, std::chrono::seconds time);

/// `amount` of `from` in units of `to`, rounded up. Nothing when they are different assets or it is
/// too large to be counted.
std::optional<uint64_t> same_money(uint64_t amount, const asset& from, const asset& to);

/// What must be sent, at this rate, for `price` to arrive; rounded up, saturating.
uint64_t cost_of(uint64_t price, const net::stream_rate& rate);

/// The most that may be sent for `price` at `rate`: its cost, and 1 % more when units are not worth
/// the same on both sides, since each packet is rounded and rates move while money does.
uint64_t budget_for(uint64_t price, const net::stream_rate& rate);

} // namespace codius::client
