#include "runtime/client/text.hpp"

#include "net/http/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

namespace codius::client {

using namespace std::chrono;

namespace {

// Of one well-formed sequence: C1 controls, and what turns or hides text (bidirectional controls,
// zero width, line and paragraph separators, byte order mark).
bool is_trick(std::string_view c) {
  if (c.size() == 2)
    return c[0] == '\xc2' && static_cast<unsigned char>(c[1]) < 0xa0;
  if (c.size() != 3)
    return false;
  const auto second = static_cast<unsigned char>(c[1]);
  const auto third = static_cast<unsigned char>(c[2]);
  if (c[0] == '\xe2' && second == 0x80)
    return (third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae);
  if (c[0] == '\xe2' && second == 0x81)
    return third >= 0xa0 && third <= 0xaf;
  return c == "\xef\xbb\xbf";
}

/// A number of exactly `n` digits off the front of `in`.
std::optional<int> take_digits(std::string_view& in, size_t n) {
  int value = 0;
  if (in.size() < n)
    return {};
  for (char c : in.substr(0, n)) {
    if (c < '0' || c > '9')
      return {};
    value = value * 10 + (c - '0');
  }
  in.remove_prefix(n);
  return value;
}

bool take_char(std::string_view& in, char c) {
  if (!in.starts_with(c))
    return false;
  in.remove_prefix(1);
  return true;
}

/// ".123" in milliseconds; further digits are dropped.
std::optional<milliseconds> take_fraction(std::string_view& in) {
  if (!take_char(in, '.'))
    return milliseconds{0};
  int value = 0;
  size_t digits = 0;
  for (; !in.empty() && in.front() >= '0' && in.front() <= '9'; in.remove_prefix(1), ++digits)
    if (digits < 3)
      value = value * 10 + (in.front() - '0');
  for (size_t i = digits; i < 3; ++i)
    value *= 10;
  if (digits == 0)
    return {};
  return milliseconds{value};
}

struct unit_of_time {
  seconds length;
  const char* one;
  const char* many;
};
constexpr std::array units{
  unit_of_time{hours{24 * 7}, "week", "weeks"}, unit_of_time{hours{24}, "day", "days"},
  unit_of_time{hours{1}, "hour", "hours"}, unit_of_time{minutes{1}, "minute", "minutes"},
  unit_of_time{seconds{1}, "second", "seconds"}};

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t i = 0; i < row.size(); ++i)
    row[i] = i;
  for (size_t y = 0; y < a.size(); ++y) {
    size_t diagonal = row[0]++;
    for (size_t x = 0; x < b.size(); ++x) {
      const size_t same = diagonal + (a[y] == b[x] ? 0 : 1);
      diagonal = row[x + 1];
      row[x + 1] = std::min({row[x] + 1, row[x + 1] + 1, same});
    }
  }
  return row.back();
}

} // namespace

std::string printable(std::string_view text, size_t most) {
  std::string out;
  const bool cut = text.size() > most;
  text = text.substr(0, most);
  while (!text.empty()) {
    const auto n = net::utf8_length(text);
    const auto c = text.substr(0, std::max<size_t>(n, 1));
    const bool control = static_cast<unsigned char>(c[0]) < 0x20 || c[0] == 0x7f;
    if (n > 0 && !control && !is_trick(c))
      out += c;
    else if (n > 0 || !cut || text.size() > 3) // else a character that was cut in two
      out += '?';
    text.remove_prefix(c.size());
  }
  return cut ? out + "..." : out;
}

std::string duration_words(seconds time) {
  if (time <= seconds{0})
    return "0 seconds";
  std::string out;
  int shown = 0;
  for (const auto& unit : units) {
    const auto n = time / unit.length;
    if (n == 0 && shown == 0)
      continue;
    if (n > 0)
      out += (out.empty() ? "" : " ") + std::to_string(n) + " " + (n == 1 ? unit.one : unit.many);
    time %= unit.length;
    if (++shown == 2)
      break;
  }
  return out;
}

std::optional<seconds> parse_duration(std::string_view text) {
  constexpr std::string_view letters = "wdhms";
  int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [at, bad] = std::from_chars(text.data(), end, count);
  if (bad != std::errc{} || count <= 0 || end - at > 1)
    return {};
  const auto letter = at == end ? letters.size() - 1 : letters.find(*at);
  constexpr seconds most = hours{24} * 3650;
  if (letter == letters.npos || count > most / units[letter].length)
    return {};
  return count * units[letter].length;
}

std::string iso_time(utc_time t) {
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(t - day)};
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return out;
}

std::optional<utc_time> parse_iso_time(std::string_view text) {
  std::array<int, 6> n{};
  constexpr std::array<size_t, 6> widths{4, 2, 2, 2, 2, 2};
  constexpr std::string_view after = "--T::";
  for (size_t i = 0; i < n.size(); ++i) {
    const auto digits = take_digits(text, widths[i]);
    if (!digits || (i < after.size() && !take_char(text, after[i])))
      return {};
    n[i] = *digits;
  }
  const auto fraction = take_fraction(text);
  const year_month_day date{year{n[0]}, month{static_cast<unsigned>(n[1])},
                            day{static_cast<unsigned>(n[2])}};
  if (!fraction || text != "Z" || !date.ok() || n[3] > 23 || n[4] > 59 || n[5] > 60)
    return {};
  return sys_days{date} + hours{n[3]} + minutes{n[4]} + seconds{n[5]} + *fraction;
}

std::string relative_time(utc_time t, utc_time now) {
  if (t < now)
    return duration_words(round<seconds>(now - t)) + " ago";
  return "in " + duration_words(round<seconds>(t - now));
}

std::string elapsed_words(milliseconds time) {
  time = std::max(time, milliseconds{0});
  char out[40];
  if (time < seconds{10})
    std::snprintf(out, sizeof out, "%.2f s", static_cast<double>(time.count()) / 1000);
  else if (time < minutes{2})
    std::snprintf(out, sizeof out, "%lld s", static_cast<long long>(time / seconds{1}));
  else
    std::snprintf(out, sizeof out, "%lld min %lld s", static_cast<long long>(time / minutes{1}),
                  static_cast<long long>(time % minutes{1} / seconds{1}));
  return out;
}

std::string nearest_word(std::string_view word, std::span<const std::string> known) {
  word = word.substr(0, 64);
  std::string best;
  auto least = std::max<size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace codius::client
