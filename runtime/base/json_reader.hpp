#pragma once
#include "runtime/base/json.hpp"

namespace codius::runtime {

/// The careful half of `parse_json`, for texts that the fast parser refused: it knows where the
/// fault is, and it takes the rare forms that JavaScript accepts and the fast parser does not
/// (integers over 64 bits, numbers out of range, lone surrogates).
/// `text` comes without a byte order mark.
result<json> read_json_carefully(std::string_view text, const json_options& options);

} // namespace codius::runtime
