#include "runtime/base/json.hpp"
#include "runtime/base/json_reader.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace codius;
using namespace codius::runtime;

namespace {

/// What `text` reads as, written again; or the complaint.
std::string reread(std::string_view text, const json_options& options = {}) {
  const auto value = parse_json(text, options);
  return value ? dump(*value) : "! " + value.error().detail;
}

std::string nested(size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); }

} // namespace

TEST_SUITE("runtime/base/json") {
  TEST_CASE("a text is read and written as JavaScript does") {
    struct row {
      const char* text;
      const char* written;
    };
    const row rows[] = {
      {"null", "null"},
      {" [ true , false ] ", "[true,false]"},
      {"{}", "{}"},
      {R"({"b":1,"10":2,"a":3,"9":4,"-1":5,"01":6,"4294967294":7,"4294967295":8})",
       R"({"9":4,"10":2,"4294967294":7,"b":1,"a":3,"-1":5,"01":6,"4294967295":8})"},
      {R"({"a":1,"b":2,"a":3})", R"({"a":3,"b":2})"},
      {R"({"a":1,"a":2,"a":{"x":[]}})", R"({"a":{"x":[]}})"},
      {R"({"__proto__":1,"":2})", R"({"__proto__":1,"":2})"},
      {R"("\u0000\u001f\u007f\/\"\\\b\f\n\r\t\u2028")",
       "\"\\u0000\\u001f\x7f/\\\"\\\\\\b\\f\\n\\r\\t\u2028\""},
      {R"("\ud83d\ude00\u00e9")", "\"😀é\""},
      {"-0", "0"},
      {"1.0", "1"},
      {"12345678901234567890", "12345678901234567000"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
      {"9007199254740993", "9007199254740992"},
      {"-9223372036854775808", "-9223372036854776000"},
      {"1e400", "null"},
      {"[-1e400,1e-400]", "[null,0]"},
    };
    for (const auto& [text, written] : rows) {
      CAPTURE(text);
      CHECK(reread(text) == written);
    }
  }

  TEST_CASE("what is no JSON is refused, with the place and the reason") {
    struct row {
      std::string_view text;
      const char* complaint;
    };
    using namespace std::string_view_literals;
    const row rows[] = {
      {"", "line 1, column 1: the text ends where a value should be"},
      {" \n ", "line 2, column 2: the text ends where a value should be"},
      {"{", "line 1, column 2: expected a member name in double quotes"},
      {"{\"a\"", "line 1, column 5: expected ':'"},
      {"{\"a\":", "line 1, column 6: the text ends where a value should be"},
      {"{\"a\":1", "line 1, column 7: expected ',' or '}'"},
      {"{\"a\":1,}", "line 1, column 8: expected a member name in double quotes"},
      {"{\n \"é\": x}", "line 2, column 7: expected a value"},
      {"[1 2]", "line 1, column 4: expected ',' or ']'"},
      {"[1,]", "line 1, column 4: expected a value"},
      {"[,1]", "line 1, column 2: expected a value"},
      {"1 1", "line 1, column 3: expected the end of the text"},
      {"{}x", "line 1, column 3: expected the end of the text"},
      {"tru", "line 1, column 1: expected a value"},
      {"nullx", "line 1, column 5: expected the end of the text"},
      {"/*x*/{}", "line 1, column 1: expected a value"},
      {"01", "line 1, column 2: a number must not begin with 0"},
      {"-", "line 1, column 2: expected a digit"},
      {"1.", "line 1, column 3: expected a digit"},
      {"1e+", "line 1, column 4: expected a digit"},
      {"+1", "line 1, column 1: expected a value"},
      {"NaN", "line 1, column 1: expected a value"},
      {"'a'", "line 1, column 1: expected a value"},
      {"\"a", "line 1, column 3: the text ends inside a string"},
      {"\"a\\", "line 1, column 3: unknown escape in a string"},
      {"\"\\x\"", "line 1, column 2: unknown escape in a string"},
      {"\"\\u12g4\"", "line 1, column 2: \\u needs four hexadecimal digits"},
      {"\"\\u12", "line 1, column 2: \\u needs four hexadecimal digits"},
      {"\"a\tb\"", "line 1, column 3: a control character in a string must be escaped"},
      {"\"a\0b\""sv, "line 1, column 3: a control character in a string must be escaped"},
      {"\0"sv, "line 1, column 1: expected a value"},
      {"\"\\ud800\"", "line 1, column 2: half of a surrogate pair stands alone"},
      {"\"\\udc00\"", "line 1, column 2: half of a surrogate pair stands alone"},
      {"\"\\ud800\\ud800\"", "line 1, column 2: half of a surrogate pair stands alone"},
      {"\"\xff\"", "line 1, column 2: bytes that are not UTF-8"},
      {"\"\xc0\x80\"", "line 1, column 2: bytes that are not UTF-8"},
      {"\"\xed\xa0\x80\"", "line 1, column 2: bytes that are not UTF-8"},
      {"\"\xf4\x90\x80\x80\"", "line 1, column 2: bytes that are not UTF-8"},
      {"\"\xe2\x82", "line 1, column 2: bytes that are not UTF-8"},
      {"\xef\xbb\xbf{}", "line 1, column 1: a byte order mark is not accepted"},
    };
    for (const auto& [text, complaint] : rows) {
      CAPTURE(text);
      CHECK(reread(text) == "! " + std::string{complaint});
    }
  }

  TEST_CASE("a byte order mark is skipped when that is asked") {
    CHECK(reread("\xef\xbb\xbf[]", {.byte_order_mark = true}) == "[]");
    CHECK(reread("[]", {.byte_order_mark = true}) == "[]");
    CHECK(reread("\xef\xbb\xbf\xef\xbb\xbf[]", {.byte_order_mark = true})
          == "! line 1, column 1: expected a value");
  }

  TEST_CASE("lone surrogates survive when that is asked") {
    const json_options keep{.surrogates = lone_surrogates::keep};
    CHECK(reread(R"("a\ud800b\udc00\udc00\ud83d\ude00")", keep) == R"("a\ud800b\udc00\udc00😀")");
    CHECK(*parse_json(R"("\ud800")", keep)->text() == "\xed\xa0\x80");
  }

  TEST_CASE("depth is limited, by 64 unless told otherwise") {
    CHECK(parse_json(nested(64)));
    CHECK(reread(nested(65))
          == "! line 1, column 65: too many arrays and objects inside each other");
    CHECK(reread("[[1]]", {.depth = 2}) == "[[1]]");
    CHECK_FALSE(parse_json("[[1]]", {.depth = 1}));
    CHECK_FALSE(parse_json("[]", {.depth = 0}));
    CHECK(parse_json("1", {.depth = 0}));
    CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
    CHECK_FALSE(parse_json(nested(100'000), {.depth = 1'000'000}));
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
      objects += "{\"a\":";
    CHECK_FALSE(parse_json(objects));
  }

  TEST_CASE("an object of very many names is read in good time") {
    std::string text = "{";
    for (int i = 100'000; i > 0; --i)
      text += "\"" + std::to_string(i) + "\":0,\"x" + std::to_string(i % 1000) + "\":0,";
    text += "\"end\":1}";
    const auto value = parse_json(text);
    REQUIRE(value);
    CHECK(value->object()->size() == 101'001);
    CHECK(value->object()->begin()->name == "1");
    CHECK((value->object()->end() - 1)->name == "end");
  }

  TEST_CASE("values are built as they read") {
    json body = json_object{
      {"statusCode", 404},
      {"error", "Not Found"},
      {"more", json_object{{"empty", json_array{}}, {"none", nullptr}, {"yes", true}}},
      {"list", json_array{1, "two", 2.5, json_object{}}},
      {"text", std::string{"x"} + "y"},
    };
    CHECK(dump(body)
          == R"({"statusCode":404,"error":"Not Found","more":{"empty":[],"none":null,"yes":true},)"
             R"("list":[1,"two",2.5,{}],"text":"xy"})");
    CHECK(*body.find_text("error") == "Not Found");
    CHECK(body.find("nothing") == nullptr);
    CHECK(body.find_text("statusCode") == nullptr);
    CHECK(*body.find("more")->find("yes")->boolean());
    CHECK(json{1}.find("x") == nullptr);
    body.object()->set("error", "Gone").set("7", "seven").set("more", json_array{});
    CHECK(body.object()->erase("list"));
    CHECK_FALSE(body.object()->erase("list"));
    CHECK(dump(body) == R"({"7":"seven","statusCode":404,"error":"Gone","more":[],"text":"xy"})");
    CHECK(json_object{{"a", 1}, {"a", 2}}.size() == 1);
  }

  TEST_CASE("values compare by shape, content and order") {
    const char* texts[] = {"null",
                           "true",
                           "false",
                           "1",
                           "2",
                           "\"1\"",
                           "[]",
                           "[1]",
                           "{}",
                           R"({"a":1})",
                           R"({"a":2})",
                           R"({"b":1})",
                           R"({"a":1,"b":2})",
                           R"({"b":2,"a":1})"};
    for (const char* a : texts)
      for (const char* b : texts) {
        CAPTURE(a);
        CAPTURE(b);
        CHECK((*parse_json(a) == *parse_json(b)) == (a == b));
      }
  }

  TEST_CASE("the pretty form has one member a line and two spaces a level") {
    CHECK(dump_pretty(*parse_json(R"({"a":[1,{"b":[]}],"c":{},"d":"x"})"))
          == "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {},\n"
             "  \"d\": \"x\"\n}");
    CHECK(dump_pretty(json{}) == "null");
  }

  TEST_CASE("numbers are written as ECMAScript writes them") {
    const std::pair<double, const char*> rows[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-12.5, "-12.5"},
      {100, "100"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e21, "1.5e+21"},
      {123456e15, "123456000000000000000"},
      {1e-6, "0.000001"},
      {1.5e-6, "0.0000015"},
      {1e-7, "1e-7"},
      {1.25e-7, "1.25e-7"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {4.35, "4.35"},
      {1234.5678, "1234.5678"},
      {std::numeric_limits<double>::infinity(), "null"},
      {std::nan(""), "null"},
    };
    for (const auto& [value, text] : rows)
      CHECK(number_text(value) == text);
    std::mt19937_64 random{7};
    for (int i = 0; i < 20'000; ++i) {
      const auto value = std::bit_cast<double>(random());
      if (!std::isfinite(value))
        continue;
      CHECK(*parse_json(number_text(value))->number() == value);
    }
  }

  TEST_CASE("bytes that are no UTF-8 never leave in a string") {
    CHECK(quote_json("a\xff\xc3(\xe2\x82") == "\"a\ufffd\ufffd(\ufffd\"");
    CHECK(quote_json("\xf0\x9f\x98") == "\"\ufffd\"");
    CHECK(parse_json(quote_json(std::string_view{"\0\x80", 2})));
  }

  TEST_CASE("the careful reader and the fast one agree on mutilated texts") {
    const std::string seeds[] = {
      R"({"manifest":{"name":"dé😀","version":"1.0","containers":[{"id":"a","image":"b","command":["x",null]}]},"n":[-1.5e3,0,true]})",
      R"([{"a":"\u00e9\ud83d\ude00\n"},[[],{}],"","\\"])",
    };
    const std::string_view spice = "{}[]\",:\\u0d8.eE+-1truefalsn \n\t\xff\xc3\xa9\xed";
    std::mt19937 random{42};
    size_t accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
      std::string text = seeds[round % 2];
      for (size_t edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
        const size_t at = random() % text.size();
        switch (random() % 4) {
          case 0: text.erase(at, 1 + random() % 4); break;
          case 1: text.insert(at, 1, spice[random() % spice.size()]); break;
          case 2: text[at] = spice[random() % spice.size()]; break;
          default: text.resize(at); break;
        }
      }
      CAPTURE(text);
      const auto careful = read_json_carefully(text, {});
      simdjson::dom::parser parser;
      const auto fast = parser.parse(text);
      if (fast.error() == simdjson::SUCCESS) {
        REQUIRE(careful);
        REQUIRE(*careful == *parse_json(text));
        REQUIRE(*parse_json(dump(*careful)) == *careful);
        ++accepted;
      } else if (careful) {
        // Only numbers beyond 64 bits may pass the one and not the other.
        REQUIRE(fast.error() == simdjson::NUMBER_ERROR);
      }
    }
    CHECK(accepted > 500);
  }
}
