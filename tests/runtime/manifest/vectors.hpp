#pragma once
#include "runtime/base/json.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace codius::runtime::testing {

/// The cases of a vector file below tests/data. Read with our own parser, because some hold lone
/// surrogates, which simdjson refuses.
inline json_array vector_cases(const std::string& file) {
  std::ifstream in{std::string{CODIUS_TEST_DATA} + "/" + file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto value = parse_json(text, {.surrogates = lone_surrogates::keep});
  REQUIRE_MESSAGE(value, file);
  return *value->find("cases")->array();
}

/// A text member that must be there.
inline const std::string& text_of(const json& object, const char* member) {
  const std::string* text = object.find_text(member);
  REQUIRE_MESSAGE(text, member);
  return *text;
}

} // namespace codius::runtime::testing
