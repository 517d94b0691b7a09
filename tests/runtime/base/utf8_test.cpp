#include "runtime/base/utf8.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace codius::runtime;

namespace {

std::vector<char32_t> decoded(std::string_view text) {
  std::vector<char32_t> out;
  for (size_t at = 0; at < text.size();)
    out.push_back(next_code_point(text, at));
  return out;
}

} // namespace

TEST_SUITE("runtime/base/utf8") {
  TEST_CASE("every code point is read as it was written") {
    for (char32_t c = 0; c <= 0x10ffff; c += c < 0x1000 ? 1 : 251) {
      std::string text;
      append_utf8(text, c);
      REQUIRE(decoded(text) == std::vector{c});
    }
  }

  TEST_CASE("what is no UTF-8 is one bad piece at a time") {
    const std::pair<std::string_view, std::vector<char32_t>> rows[] = {
      {"\x80", {bad_utf8}},
      {"\xff-", {bad_utf8, '-'}},
      {"\xc0\xaf", {bad_utf8, bad_utf8}},
      {"\xe0\x80\xaf", {bad_utf8, bad_utf8, bad_utf8}},
      {"\xf0\x8f\xbf\xbf", {bad_utf8, bad_utf8, bad_utf8, bad_utf8}},
      {"\xf4\x90\x80\x80", {bad_utf8, bad_utf8, bad_utf8, bad_utf8}},
      {"\xe2\x82-", {bad_utf8, '-'}},
      {"\xe2\x82", {bad_utf8}},
      {"\xed\xa0\x80", {0xd800}},
    };
    for (const auto& [text, points] : rows) {
      CAPTURE(text);
      CHECK(decoded(text) == points);
    }
  }

  TEST_CASE("UTF-16 has pairs for characters beyond U+FFFF") {
    CHECK(to_utf16("aé\xef\xbf\xbf😀") == u"aé\uffff\xd83d\xde00");
    CHECK(to_utf16("\xff") == u"\ufffd");
  }

  TEST_CASE("shortening never cuts a character") {
    CHECK(shorten("abc", 3) == "abc");
    CHECK(shorten("abcd", 3) == "abc…");
    CHECK(shorten("aé€", 2) == "a…");
    CHECK(shorten("aé€", 3) == "aé…");
    CHECK(shorten("\x80\x80\x80", 1) == "…");
  }

  TEST_CASE("plain text is printable ASCII without quotes and backslashes, wherever it stands") {
    for (size_t size : {1u, 7u, 8u, 9u, 16u, 21u})
      for (size_t at = 0; at < size; ++at)
        for (int byte = 0; byte < 256; ++byte) {
          CAPTURE(size);
          CAPTURE(at);
          CAPTURE(byte);
          std::string text(size, '~');
          text[at] = static_cast<char>(byte);
          const bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
          REQUIRE(is_plain_text(text) == plain);
          REQUIRE(plain_run(text, 0) == (plain ? size : at));
        }
    CHECK(is_plain_text(""));
    CHECK(plain_run("ab\"cd", 3) == 2);
  }
}
