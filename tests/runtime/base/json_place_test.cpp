#include "runtime/base/json.hpp"
#include "runtime/base/json_place.hpp"
#include "runtime/base/json_reader.hpp"

#include <doctest/doctest.h>

using namespace codius::runtime;

TEST_SUITE("runtime/base/json_place") {
  TEST_CASE("a path leads to the name of a member, or to an item") {
    const std::string text = "{\n  \"a\": [1, {\"b\": \"x, ]}\", \"c\\u0064\": [ ]}, [[2]]],\n"
                             "  \"e\" : {\"\": null}, \"e\": {\"f\": -1.5e3}\n}";
    REQUIRE(parse_json(text));
    struct row {
      json_path path;
      std::string at;
    };
    const row rows[] = {
      {{}, "{\n"},
      {{"a"}, "\"a\""},
      {{"a", "0"}, "1,"},
      {{"a", "1"}, "{\"b\""},
      {{"a", "1", "b"}, "\"b\""},
      {{"a", "1", "cd"}, "\"c\\u0064\""},
      {{"a", "2"}, "[[2]]"},
      {{"a", "2", "0", "0"}, "2]"},
      {{"e", "f"}, "\"f\""},
      // Ways that end too early: the last place on them.
      {{"a", "3"}, "\"a\""},
      {{"a", "x"}, "\"a\""},
      {{"a", "1", "cd", "0"}, "\"c\\u0064\""},
      {{"e", ""}, "\"e\": {\"f\""},
      {{"nothing", "a"}, "{\n"},
    };
    for (const auto& [path, at] : rows) {
      CAPTURE(at);
      CHECK(text.substr(find_json_place(text, path)).starts_with(at));
    }
  }

  TEST_CASE("texts that end early are walked to their end") {
    for (const char* text : {"", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":[", "[1,", "\"\\"})
      CHECK(find_json_place(text, {"a", "1"}) <= std::string{text}.size());
  }

  TEST_CASE("lines and columns are an editor's") {
    const std::string text = "\xef\xbb\xbfone\r\nté\xf0\x9f\x98\x80x\n\nlast";
    CHECK(position_of(text, 3).column == 1);
    CHECK(position_of(text, 3).text == "one");
    const auto x = position_of(text, text.find('x'));
    CHECK(x.line == 2);
    CHECK(x.column == 4);
    CHECK(x.text == "té\xf0\x9f\x98\x80x");
    CHECK(position_of(text, text.size()).line == 4);
    CHECK(position_of(text, text.size()).column == 5);
    CHECK(position_of(text, 9999).text == "last");
    CHECK(position_of("", 0).line == 1);
    CHECK(position_of("\n", 1).line == 2);
  }

  TEST_CASE("a fault is told with its place") {
    CHECK(!find_json_fault("{}"));
    const auto fault = find_json_fault("\xef\xbb\xbf[1 2]", {.byte_order_mark = true});
    REQUIRE(fault);
    CHECK(fault->at == 6);
    CHECK(fault->what == "expected ',' or ']'");
    CHECK(find_json_fault("{\"a\": \"\xff\"}")->at == 7);
  }
}
