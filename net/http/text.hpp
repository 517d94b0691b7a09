#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace codius::net {

/// Equality without regard to the case of ASCII letters, as field names and tokens compare.
bool same_text(std::string_view a, std::string_view b) noexcept;

/// Lower-cases ASCII letters.
std::string lower_case(std::string_view text);

/// True for an RFC 9110 §5.6.2 token: not empty, no separators, no controls.
bool is_token(std::string_view text) noexcept;

/// True for what may stand in a field value: no control characters but HTAB; octets from 0x80
/// on are opaque and allowed.
bool is_field_value(std::string_view text) noexcept;

/// Without blanks and tabs at either end.
std::string_view trim(std::string_view text) noexcept;

/// Takes the next element off a comma-separated list, trimmed; empty elements are skipped. Empty
/// when the list is used up.
std::string_view next_element(std::string_view& list) noexcept;

/// Octets of the well-formed UTF-8 sequence that `text` begins with; 0 when it begins with none
/// (truncated, overlong, surrogate, beyond U+10FFFF) or is empty.
size_t utf8_length(std::string_view text) noexcept;

/// True when all of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;

} // namespace codius::net
