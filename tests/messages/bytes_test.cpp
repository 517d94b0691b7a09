#include "messages/bytes.hpp"

#include <doctest/doctest.h>

using namespace codius;

TEST_SUITE("messages/bytes") {
  TEST_CASE("hex goes both ways, in either case") {
    CHECK(to_hex(as_bytes("\x01\xab")) == "01ab");
    CHECK(as_text(*from_hex("01AB")) == "\x01\xab");
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
  }

  TEST_CASE("base64 is written strictly and read as JavaScript peers write it") {
    CHECK(to_base64(as_bytes("\xfb\xff\xfe")) == "+//+");
    CHECK(to_base64url(as_bytes("\xfb\xff\xfe\x01")) == "-__-AQ");
    CHECK(to_base64(as_bytes("a")) == "YQ==");
    for (const char* form : {"YWI", "YWI=", " Y W\nI", "YWI=garbage", "Y.W.I"}) {
      CAPTURE(form);
      CHECK(as_text(from_base64_lenient(form)) == "ab");
    }
    CHECK(from_base64_lenient("-__-") == from_base64_lenient("+//+"));
    CHECK(from_base64_lenient("").empty());
  }

  TEST_CASE("base32 is lower case without padding") {
    CHECK(to_base32(as_bytes("")).empty());
    CHECK(to_base32(as_bytes("f")) == "my");
    CHECK(to_base32(as_bytes("foobar")) == "mzxw6ytboi");
  }

  TEST_CASE("equality in constant time is equality") {
    CHECK(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
    CHECK_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
    CHECK_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("ab")));
  }
}
