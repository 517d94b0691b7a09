#include "net/ilp/btp_uri.hpp"

#include <doctest/doctest.h>

namespace codius::tests {

using namespace net;

TEST_SUITE("net/ilp/btp_uri") {
  TEST_CASE("a BTP URL says where, who and how") {
    struct row {
      const char* url;
      btp_uri expected;
    };
    for (const auto& r :
         {row{"btp+ws://:secret@localhost:7768", {false, "", "secret", "localhost", 7768, "/"}},
          row{"btp+ws://bob:s@1.2.3.4:99/a/b?c=d#e",
              {false, "bob", "s", "1.2.3.4", 99, "/a/b?c=d"}},
          row{"btp+wss://u:t@x.example", {true, "u", "t", "x.example", 443, "/"}},
          row{"btp+ws://u:t@x.example:", {false, "u", "t", "x.example", 80, "/"}},
          row{"btp+ws://u:t@x?q", {false, "u", "t", "x", 80, "/?q"}},
          row{"btp+ws://u:t@[::1]:7768/", {false, "u", "t", "::1", 7768, "/"}},
          row{"btp+ws://h:1", {false, "", "", "h", 1, "/"}}}) {
      CAPTURE(r.url);
      const auto uri = parse_btp_uri(r.url);
      REQUIRE(uri);
      CHECK((*uri == r.expected));
    }
  }

  TEST_CASE("user and token keep their percent-encoding, and get what JavaScript would add") {
    for (const auto& [in, out] : {std::pair{"se%20cret", "se%20cret"},
                                  {"a=b", "a%3Db"},
                                  {"a:b@c", "a%3Ab%40c"},
                                  {"gr\xc3\xb6\xc3\x9f", "gr%C3%B6%C3%9F"},
                                  {"!$&'()*+,-.~_", "!$&'()*+,-.~_"}}) {
      CAPTURE(in);
      const auto uri = parse_btp_uri("btp+ws://u:" + std::string{in} + "@h");
      REQUIRE(uri);
      CHECK(uri->token == out);
    }
  }

  TEST_CASE("what is no BTP URL is refused without showing it") {
    for (const auto* bad :
         {"", "ws://:secret@h", "btp+http://:secret@h", "btp+ws:/h", "btp+ws://",
          "btp+ws://:secret@", "btp+ws://:secret@h:0", "btp+ws://:secret@h:65536",
          "btp+ws://:secret@h:7x", "btp+ws://:secret@h:-1", "btp+ws://:secret@a b",
          "btp+ws://:secret@[::1", "btp+ws://:secret@[]:1", "btp+ws://:secret@[abc]:1",
          "btp+ws://:secret@[::1]x", "btp+ws://:secret@h/a b", "btp+ws://:secret@h/a\r\nX: y",
          "BTP+WS://:secret@h"}) {
      CAPTURE(bad);
      const auto uri = parse_btp_uri(bad);
      REQUIRE_FALSE(uri);
      CHECK(uri.error().code == errc::invalid);
      CHECK(uri.error().detail.find("secret") == std::string::npos);
    }
  }
}

} // namespace codius::tests
