#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace codius::runtime {

/// What `next_code_point` answers for bytes that are no UTF-8.
inline constexpr char32_t bad_utf8 = 0xffffffff;

/// The code point at `at`, which moves past it; `at` must be inside `text`.
///
/// Surrogates (U+D800–DFFF) written in three bytes are returned as they are, because a JSON string
/// may hold them alone; the caller decides what they are worth. Anything else that is not UTF-8
/// gives `bad_utf8` once for each piece that a decoder would replace by one U+FFFD.
char32_t next_code_point(std::string_view text, size_t& at);

/// Appends `c` (a code point or a surrogate) in UTF-8 form.
void append_utf8(std::string& out, char32_t c);

inline bool is_surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

/// True for printable ASCII without quotes and backslashes, which JSON writes as it is.
bool is_plain_text(std::string_view text);
/// How many bytes from `at` on are such.
size_t plain_run(std::string_view text, size_t at);

/// `text` in UTF-16 code units, the units that JavaScript compares strings by. Bad bytes become
/// U+FFFD.
std::u16string to_utf16(std::string_view text);

/// The first `max` bytes of `text` or fewer, never cutting a character; with `…` if cut.
std::string shorten(std::string_view text, size_t max);

} // namespace codius::runtime
