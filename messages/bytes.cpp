#include "messages/bytes.hpp"

#include <absl/strings/escaping.h>

namespace codius {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+' || c == '-')
    return 62;
  if (c == '/' || c == '_')
    return 63;
  return -1;
}

// Debian builds Abseil as C++14, so its string_view is a type of its own.
absl::string_view abseil(byte_view bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

std::string to_hex(byte_view bytes) { return absl::BytesToHexString(abseil(bytes)); }

result<byte_buffer> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0)
    return error{errc::malformed, "hex: odd number of digits"};
  byte_buffer out;
  out.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0)
      return error{errc::malformed, "hex: not a digit at " + std::to_string(i)};
    out.push_back(static_cast<std::byte>(high << 4 | low));
  }
  return out;
}

std::string to_base64url(byte_view bytes) {
  std::string out;
  absl::WebSafeBase64Escape(abseil(bytes), &out);
  while (!out.empty() && out.back() == '=')
    out.pop_back();
  return out;
}

std::string to_base64(byte_view bytes) {
  std::string out;
  absl::Base64Escape(abseil(bytes), &out);
  return out;
}

byte_buffer from_base64_lenient(std::string_view text) {
  byte_buffer out;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    if (c == '=')
      break;
    const int digit = base64_digit(c);
    if (digit < 0)
      continue;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::byte>(bits >> count & 0xff));
    }
  }
  return out;
}

std::string to_base32(byte_view bytes) {
  static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  uint32_t bits = 0;
  int count = 0;
  for (std::byte b : bytes) {
    bits = bits << 8 | std::to_integer<uint32_t>(b);
    count += 8;
    while (count >= 5) {
      count -= 5;
      out += alphabet[bits >> count & 31];
    }
  }
  if (count > 0)
    out += alphabet[bits << (5 - count) & 31];
  return out;
}

bool equal_constant_time(byte_view a, byte_view b) {
  if (a.size() != b.size())
    return false;
  std::byte difference{0};
  for (size_t i = 0; i < a.size(); ++i)
    difference |= a[i] ^ b[i];
  return difference == std::byte{0};
}

} // namespace codius
