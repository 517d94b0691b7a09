#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codius {

using byte_view = std::span<const std::byte>;
using byte_buffer = std::vector<std::byte>;

/// The octets of `text`; borrows from it.
inline byte_view as_bytes(std::string_view text) { return std::as_bytes(std::span{text}); }
/// `bytes` read as text, unchecked; borrows from it.
inline std::string_view as_text(byte_view bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline byte_buffer to_buffer(byte_view bytes) { return {bytes.begin(), bytes.end()}; }

/// Lower-case hex.
std::string to_hex(byte_view bytes);
/// Accepts either case. Errors: `malformed` for an odd length or another character.
result<byte_buffer> from_hex(std::string_view hex);

/// RFC 4648 §5 without padding, as ILP address segments and `Pay-Token` use it.
std::string to_base64url(byte_view bytes);
/// RFC 4648 §4 with padding, as the `Pay` header uses it.
std::string to_base64(byte_view bytes);
/// Reads either alphabet, mixed, padded or not; skips foreign characters and stops at the first
/// `=`, as the deployed JavaScript peers do. Never fails; check the length of the answer.
byte_buffer from_base64_lenient(std::string_view text);

/// RFC 4648 §6, lower case, without padding, as manifest hashes use it.
std::string to_base32(byte_view bytes);

/// Equality in a time that depends on the sizes alone.
bool equal_constant_time(byte_view a, byte_view b);

} // namespace codius
