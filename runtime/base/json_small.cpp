// `parse_json` for programs that start, read little, and end: it loads no library. Where json.cpp
// is linked, this is not.
#include "runtime/base/json_reader.hpp"

namespace codius::runtime {

result<json> parse_json(std::string_view text, const json_options& options) {
  return read_json_by(read_json_carefully, text, options);
}

} // namespace codius::runtime
