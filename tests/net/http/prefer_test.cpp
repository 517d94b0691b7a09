#include "net/http/prefer.hpp"

#include <doctest/doctest.h>

using namespace codius::net;

namespace {

std::vector<preference> read(const char* text) { return read_preferences({{"Prefer", text}}); }

} // namespace

TEST_SUITE("net/http/prefer") {
  TEST_CASE("preferences are a list; each has a name, maybe a value, maybe parameters") {
    struct row {
      const char* text;
      std::vector<preference> all;
    };
    const row rows[]{
      {"", {}},
      {"respond-async", {{"respond-async", "", {}}}},
      {"Respond-Async", {{"respond-async", "", {}}}},
      {"respond-async, wait=100", {{"respond-async", "", {}}, {"wait", "100", {}}}},
      {" , respond-async ,,\twait = 100,", {{"respond-async", "", {}}, {"wait", "100", {}}}},
      {"return=minimal; foo=\"some parameter\"", {{"return", "minimal", {{"foo", "some parameter"}}}}},
      {"foo; bar", {{"foo", "", {{"bar", ""}}}}},
      {"foo; bar=\"\"", {{"foo", "", {{"bar", ""}}}}},
      {"foo=\"\"; BAR", {{"foo", "", {{"bar", ""}}}}},
      {"foo;;bar ; ,b", {{"foo", "", {{"bar", ""}}}, {"b", "", {}}}},
      {R"(a="x, respond-async; \"y\\", b)", {{"a", R"(x, respond-async; "y\)", {}}, {"b", "", {}}}},
      {"Lenient, lenient=2", {{"lenient", "", {}}}},
    };
    for (const auto& r : rows) {
      CAPTURE(r.text);
      CHECK(read(r.text) == r.all);
    }
  }

  TEST_CASE("an element that breaks the grammar is left out, and no other") {
    for (const char* wrong : {"=", "=a", "a b", "a=", "a==b", "a=b c", "a;=b", "a;b c", "\"a\"", "a/b", "a=\"x\"y",
                              "a;b=", "(a)", "a=\xff"}) {
      CAPTURE(wrong);
      const std::string text = std::string{wrong} + ", respond-async";
      CHECK(read(text.c_str()) == std::vector<preference>{{"respond-async", "", {}}});
    }
    CHECK(read("a, b=\"never closed, respond-async") == std::vector<preference>{{"a", "", {}}});
    CHECK(read("a, b=\"\\") == std::vector<preference>{{"a", "", {}}});
  }

  TEST_CASE("several fields are one list") {
    const http_fields fields{{"prefer", "a"}, {"Pay-Token", "respond-async"}, {"PREFER", "b, a=2"}};
    CHECK(read_preferences(fields) == std::vector<preference>{{"a", "", {}}, {"b", "", {}}});
    CHECK_FALSE(prefers_async(fields));
  }

  TEST_CASE("who would not wait says so by name alone") {
    for (const char* yes : {"respond-async", "wait=5, respond-async", "respond-async=\"\"", "RESPOND-ASYNC;x"}) {
      CAPTURE(yes);
      CHECK(prefers_async({{"Prefer", yes}}));
    }
    for (const char* no : {"", "respond-sync", "respond-async=no", "x=\"respond-async\"", "respond-asynchronous",
                           "x;respond-async"}) {
      CAPTURE(no);
      CHECK_FALSE(prefers_async({{"Prefer", no}}));
    }
    CHECK_FALSE(prefers_async({}));
  }
}
