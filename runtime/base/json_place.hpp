#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime {

/// The way to a value inside a JSON text: names of members, numbers of items (from 0).
using json_path = std::vector<std::string>;

/// The octet of `text` where the member or item at `path` begins: a member's name, an item's value.
/// Of members with the same name it is the last, which is the one that counts. Where the way ends
/// too early, the last place on it. `text` is what `parse_json` took, a byte order mark included.
/// Takes time in proportion to the text, not to its depth. Any thread.
size_t find_json_place(std::string_view text, const json_path& path);

/// A place in a text as editors count: from 1, columns in characters.
struct text_position {
  size_t line = 1;
  size_t column = 1;
  std::string_view text; ///< the whole line, without its end
};
/// `at` may be the end of the text.
text_position position_of(std::string_view text, size_t at);

} // namespace codius::runtime
