#include "runtime/client/price.hpp"

#include "runtime/client/text.hpp"

#include <algorithm>
#include <charconv>

namespace codius::client {

namespace {

constexpr size_t longest_code = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Not "e9" or "x10": those are numbers that somebody meant.
bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= longest_code && text.front() >= 'A' && text.front() <= 'Z'
         && std::all_of(text.begin(), text.end(),
                        [](char c) { return is_letter(c) || is_digit(c); });
}

std::optional<uint64_t> read_units(std::string_view text) {
  uint64_t n = 0;
  const auto* end = text.data() + text.size();
  const auto [at, bad] = std::from_chars(text.data(), end, n);
  if (bad != std::errc{} || at != end || n > max_amount)
    return {};
  return n;
}

/// amount × 10^places, rounded up when `places` is negative.
std::optional<uint64_t> shift(uint64_t amount, int places) {
  for (; places > 0 && amount > 0; --places)
    if (__builtin_mul_overflow(amount, uint64_t{10}, &amount) || amount > max_amount)
      return {};
  bool rest = false;
  for (; places < 0 && amount > 0; ++places) {
    rest |= amount % 10 != 0;
    amount /= 10;
  }
  return amount + (rest ? 1 : 0);
}

} // namespace

result<price_limit> parse_price_limit(std::string_view text) {
  const error bad{errc::invalid, "must be a whole number of the smallest units of your asset, e.g. "
                                 "2500000, or an amount with its asset, e.g. 0.0025XRP"};
  if (const auto units = read_units(text))
    return price_limit{*units};
  const auto letter = std::find_if(text.begin(), text.end(), is_letter);
  auto number = text.substr(0, static_cast<size_t>(letter - text.begin()));
  const auto code = text.substr(number.size());
  if (number.ends_with(' '))
    number.remove_suffix(1);
  const auto amount = parse_decimal(number);
  if (!amount || !is_code(code))
    return bad;
  return price_limit{whole_amount{*amount, std::string{code}}};
}

result<uint64_t> limit_in_units(const price_limit& limit, const asset& payer) {
  if (const auto* units = std::get_if<uint64_t>(&limit))
    return *units;
  const auto& whole = std::get<whole_amount>(limit);
  if (whole.code != payer.code)
    return error{errc::invalid, "--max-price is in " + whole.code
                                  + ", but your ledger account is in "
                                  + printable(payer.code, longest_code)};
  const int places = static_cast<int>(payer.scale) - whole.amount.places;
  uint64_t mantissa = whole.amount.mantissa;
  for (int i = places; i < 0; ++i)
    mantissa /= 10; // a limit is rounded down
  const auto units = shift(mantissa, std::max(places, 0));
  if (!units)
    return error{errc::invalid, "--max-price is too large to be counted in units of 10^-"
                                  + std::to_string(payer.scale) + " " + payer.code};
  return *units;
}

std::string show_amount(uint64_t amount, const asset& unit) {
  const auto code = printable(unit.code, longest_code);
  if (unit.scale == 0)
    return std::to_string(amount) + " " + code;
  return whole_units(amount, unit.scale) + " " + code + " (" + std::to_string(amount)
         + (amount == 1 ? " unit)" : " units)");
}

result<uint64_t> parse_price(const runtime::json& value) {
  std::string shown = "something that is no number";
  if (const auto* text = value.text()) {
    const bool digits = !text->empty() && std::all_of(text->begin(), text->end(), is_digit);
    if (const auto units = digits ? read_units(*text) : std::nullopt)
      return *units;
    shown = '"' + printable(*text, 60) + '"';
  } else if (const auto* number = value.number()) {
    constexpr double exact = 9007199254740992.0; // 2^53: above, JSON numbers skip integers
    if (*number >= 0 && *number <= exact
        && *number == static_cast<double>(static_cast<uint64_t>(*number)))
      return static_cast<uint64_t>(*number);
    shown = runtime::number_text(*number);
  }
  return error{errc::invalid, "the host asks an impossible price: " + shown};
}

uint64_t with_margin(uint64_t price) {
  return std::min(net::saturating_add(price, price / 100 + (price % 100 != 0 ? 1 : 0)), max_amount);
}

uint64_t monthly_limit(const decimal& rate, const asset& in, std::chrono::seconds time) {
  const auto price = price_of(rate, in.scale, 1, static_cast<uint64_t>(time.count()));
  return price && *price < max_amount ? *price + 1 : max_amount;
}

std::optional<uint64_t> same_money(uint64_t amount, const asset& from, const asset& to) {
  if (from.code != to.code)
    return {};
  return shift(amount, static_cast<int>(to.scale) - static_cast<int>(from.scale));
}

uint64_t cost_of(uint64_t price, const net::stream_rate& rate) {
  if (price == 0)
    return 0;
  return rate.arrived == 0 ? ~uint64_t{0} : net::mul_div_ceil(price, rate.sent, rate.arrived);
}

uint64_t budget_for(uint64_t price, const net::stream_rate& rate) {
  const auto cost = cost_of(price, rate);
  return rate.arrived == rate.sent ? cost : with_margin(cost);
}

} // namespace codius::client
