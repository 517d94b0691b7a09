#include "runtime/base/json.hpp"

#include "runtime/base/json_reader.hpp"

#include <simdjson.h>

namespace codius::runtime {

namespace {

/// Copies the fast parser's tree. False when it is nested deeper than `depth`.
bool copy(simdjson::dom::element from, size_t depth, json& to) {
  using simdjson::dom::element_type;
  switch (from.type()) {
    case element_type::NULL_VALUE: to = nullptr; return true;
    case element_type::BOOL: to = bool{from}; return true;
    case element_type::DOUBLE: to = double{from}; return true;
    case element_type::INT64: to = int64_t{from}; return true;
    case element_type::UINT64: to = uint64_t{from}; return true;
    case element_type::STRING: to = std::string_view{from}; return true;
    case element_type::ARRAY: break;
    case element_type::OBJECT: break;
  }
  if (depth == 0)
    return false;
  if (from.is_array()) {
    json_array items;
    for (auto item : simdjson::dom::array{from})
      if (!copy(item, depth - 1, items.emplace_back()))
        return false;
    to = std::move(items);
    return true;
  }
  std::vector<json_member> members;
  for (auto [name, value] : simdjson::dom::object{from})
    if (!copy(value, depth - 1, members.emplace_back(std::string{name}, json{}).value))
      return false;
  to = json_object{std::move(members)};
  return true;
}

result<json> read(std::string_view text, const json_options& options) {
  simdjson::dom::parser parser;
  // The parser counts a scalar as a level of its own.
  if (parser.allocate(text.size(), options.depth + 1) != simdjson::SUCCESS)
    return read_json_carefully(text, options);
  json value;
  const auto parsed = parser.parse(text.data(), text.size(), true);
  if (parsed.error() == simdjson::SUCCESS && copy(parsed.value_unsafe(), options.depth, value))
    return value;
  return read_json_carefully(text, options);
}

} // namespace

result<json> parse_json(std::string_view text, const json_options& options) {
  return read_json_by(read, text, options);
}

} // namespace codius::runtime
