#pragma once
#include "runtime/base/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace codius::runtime {

/// The careful half of `parse_json`, for texts that the fast parser refused, and all of it in a
/// program that must start at once and so does not load that parser: it knows where the fault is,
/// and it takes the rare forms that JavaScript accepts and the fast parser does not (integers over
/// 64 bits, numbers out of range, lone surrogates). `text` comes without a byte order mark.
result<json> read_json_carefully(std::string_view text, const json_options& options);

/// What `parse_json` does with any reader: it bounds the depth, and looks at the byte order mark.
using json_read = result<json> (*)(std::string_view text, const json_options& options);
result<json> read_json_by(json_read reader, std::string_view text, const json_options& options);

/// Where a text stops being JSON, and what was expected there.
struct json_fault {
  size_t at; ///< octet
  std::string what;
};
/// Nothing when `parse_json` takes the text. A byte order mark is taken if `options` say so.
std::optional<json_fault> find_json_fault(std::string_view text, const json_options& options = {});

} // namespace codius::runtime
