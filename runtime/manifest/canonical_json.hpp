#pragma once
#include "runtime/base/json.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace codius::runtime {

/// The canonical text of `value`, whose UTF-8 bytes are what manifest hashes are made of.
///
/// Not RFC 8785 and not `JSON.stringify`: no white space, members sorted by the UTF-16 code units
/// of their names at each level, numbers as ECMAScript writes them, and more characters escaped (as
/// `\u00ad`, lower case): U+007F–009F, 00AD, 0600–0604, 070F, 17B4–17B5, 200C–200F, 2028–202F,
/// 2060–206F, FEFF, FFF0–FFFF. A lone surrogate becomes the three bytes of U+FFFD, unescaped, as it
/// does when JavaScript encodes such text. Source: the deployed
/// clients and hosts, which use the npm package canonical-json 0.0.4.
std::string canonical_json(const json& value);

/// Gets the text piece by piece, from the front; pieces are valid until it returns.
using text_sink = std::function<void(std::string_view piece)>;
/// The same, without the text ever being there as a whole.
void canonical_json(const json& value, const text_sink& sink);

} // namespace codius::runtime
