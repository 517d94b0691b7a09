#include "net/ilp/timestamp.hpp"

#include <algorithm>

namespace codius::net {

namespace {

using namespace std::chrono;

constexpr utc_time first_time = sys_days{year{0} / January / 1};
constexpr utc_time last_time = sys_days{year{9999} / December / 31} + hours{23} + minutes{59}
                               + seconds{59} + milliseconds{999};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

unsigned number(std::string_view digits) {
  unsigned n = 0;
  for (char c : digits)
    n = n * 10 + static_cast<unsigned>(c - '0');
  return n;
}

void put(std::string& out, unsigned value, size_t width) {
  const auto digits = std::to_string(value);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

// 14 digits, already known to be digits.
result<utc_time> whole_seconds(std::string_view text) {
  const year_month_day date{year{static_cast<int>(number(text.substr(0, 4)))},
                            month{number(text.substr(4, 2))}, day{number(text.substr(6, 2))}};
  const auto h = number(text.substr(8, 2));
  const auto m = number(text.substr(10, 2));
  const auto s = number(text.substr(12, 2));
  if (!date.ok() || h > 23 || m > 59 || s > 59)
    return error{errc::malformed, "timestamp: no such moment"};
  return utc_time{sys_days{date} + hours{h} + minutes{m} + seconds{s}};
}

std::string digits_of(utc_time at) {
  at = std::clamp(at, first_time, last_time);
  const auto midnight = floor<days>(at);
  const year_month_day date{midnight};
  const hh_mm_ss clock{at - midnight};
  std::string out;
  put(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put(out, static_cast<unsigned>(date.month()), 2);
  put(out, static_cast<unsigned>(date.day()), 2);
  put(out, static_cast<unsigned>(clock.hours().count()), 2);
  put(out, static_cast<unsigned>(clock.minutes().count()), 2);
  put(out, static_cast<unsigned>(clock.seconds().count()), 2);
  put(out, static_cast<unsigned>(clock.subseconds().count()), 3);
  return out;
}

} // namespace

std::string to_ilp_timestamp(utc_time at) {
  constexpr utc_time epoch{};
  return digits_of(at == epoch ? epoch + milliseconds{1} : at);
}

result<utc_time> from_ilp_timestamp(std::string_view text) {
  if (text.size() != 17 || !all_digits(text))
    return error{errc::malformed, "timestamp: not 17 digits"};
  auto at = whole_seconds(text);
  if (!at)
    return at;
  *at += milliseconds{number(text.substr(14))};
  if (at->time_since_epoch().count() == 0)
    return error{errc::malformed, "timestamp: the Unix epoch"};
  return at;
}

std::string to_generalized_time(utc_time at) {
  auto out = digits_of(at);
  return out.insert(14, 1, '.') + 'Z';
}

result<utc_time> from_generalized_time(std::string_view text) {
  if (text.size() < 15 || text.back() != 'Z' || !all_digits(text.substr(0, 14)))
    return error{errc::malformed, "generalized time: wrong form"};
  auto fraction = text.substr(14, text.size() - 15);
  if (!fraction.empty()
      && (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 4
          || !all_digits(fraction.substr(1))))
    return error{errc::malformed, "generalized time: wrong fraction"};
  auto at = whole_seconds(text);
  if (!at || fraction.empty())
    return at;
  std::string millis{fraction.substr(1)};
  millis.resize(3, '0');
  *at += milliseconds{number(millis)};
  return at;
}

} // namespace codius::net
