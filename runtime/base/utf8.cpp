#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace codius::runtime {

namespace {

/// What a lead byte announces: how many bytes follow, the bits it brings itself, and the bounds of
/// the byte after it, which rule out overlong forms and values over U+10FFFF.
struct lead {
  int more;
  char32_t bits;
  uint8_t low = 0x80;
  uint8_t high = 0xbf;
};

lead read_lead(uint8_t b) {
  if (b < 0x80)
    return {0, b};
  if (b >= 0xc2 && b <= 0xdf)
    return {1, b & 0x1fu};
  if (b >= 0xe0 && b <= 0xef)
    return {2, b & 0x0fu, b == 0xe0 ? uint8_t{0xa0} : uint8_t{0x80}};
  if (b >= 0xf0 && b <= 0xf4)
    return {3, b & 0x07u, b == 0xf0 ? uint8_t{0x90} : uint8_t{0x80},
            b == 0xf4 ? uint8_t{0x8f} : uint8_t{0xbf}};
  return {-1, bad_utf8};
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

constexpr uint64_t each = 0x0101010101010101; // byte, times this: in all eight

/// True when one of the eight bytes is zero; may also be for a byte after one that is.
constexpr uint64_t any_zero(uint64_t x) { return (x - each) & ~x & each * 0x80; }

/// Of eight bytes at once.
bool are_plain(const char* from) {
  uint64_t x;
  std::memcpy(&x, from, sizeof x);
  const uint64_t below_space = (x - each * 0x20) & ~x;
  const uint64_t above_tilde = (x + each) | x;
  return ((below_space | above_tilde) & each * 0x80) == 0 && any_zero(x ^ each * '"') == 0
         && any_zero(x ^ each * '\\') == 0;
}

} // namespace

char32_t next_code_point(std::string_view text, size_t& at) {
  auto [more, bits, low, high] = read_lead(static_cast<uint8_t>(text[at++]));
  for (; more > 0; --more) {
    if (at >= text.size())
      return bad_utf8;
    const auto b = static_cast<uint8_t>(text[at]);
    if (b < low || b > high)
      return bad_utf8;
    bits = bits << 6 | (b & 0x3fu);
    low = 0x80;
    high = 0xbf;
    ++at;
  }
  return bits;
}

void append_utf8(std::string& out, char32_t c) {
  auto put = [&out](char32_t b) { out += static_cast<char>(b); };
  if (c < 0x80)
    return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

bool is_plain_text(std::string_view text) {
  if (text.size() < 8)
    return std::all_of(text.begin(), text.end(), is_plain);
  for (size_t at = 0; at + 8 <= text.size(); at += 8)
    if (!are_plain(text.data() + at))
      return false;
  return are_plain(text.data() + text.size() - 8);
}

size_t plain_run(std::string_view text, size_t at) {
  size_t end = at;
  while (end + 8 <= text.size() && are_plain(text.data() + end))
    end += 8;
  while (end < text.size() && is_plain(text[end]))
    ++end;
  return end - at;
}

std::u16string to_utf16(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (c == bad_utf8)
      c = 0xfffd;
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xd7c0 + (c >> 10));
      c = 0xdc00 + (c & 0x3ff);
    }
    out += static_cast<char16_t>(c);
  }
  return out;
}

std::string shorten(std::string_view text, size_t max) {
  if (text.size() <= max)
    return std::string{text};
  size_t end = max;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80)
    --end;
  return std::string{text.substr(0, end)} + "…";
}

} // namespace codius::runtime
