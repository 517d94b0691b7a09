#include "net/http/uri.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace codius::net;

TEST_SUITE("net/http/uri") {
  TEST_CASE("an URI is taken apart") {
    struct row {
      const char* text;
      bool tls;
      const char* host;
      uint16_t port;
      const char* target;
      const char* authority;
    };
    const row rows[] = {
      {"http://a", false, "a", 80, "/", "a"},
      {"HTTPS://A.Example/", true, "a.example", 443, "/", "a.example"},
      {"http://a:8080/b/c?d=e&f", false, "a", 8080, "/b/c?d=e&f", "a:8080"},
      {"https://a:443/x", true, "a", 443, "/x", "a"},
      {"https://a:80/x", true, "a", 80, "/x", "a:80"},
      {"http://a?b", false, "a", 80, "/?b", "a"},
      {"http://a/b#c", false, "a", 80, "/b", "a"},
      {"http://a#c", false, "a", 80, "/", "a"},
      {"http://[::1]:3000/x", false, "::1", 3000, "/x", "[::1]:3000"},
      {"http://127.0.0.1:1", false, "127.0.0.1", 1, "/", "127.0.0.1:1"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.text);
      const auto uri = parse_http_uri(r.text);
      REQUIRE(uri);
      CHECK(uri->tls == r.tls);
      CHECK(uri->host == r.host);
      CHECK(uri->port == r.port);
      CHECK(uri->target == r.target);
      CHECK(uri->authority() == r.authority);
    }
  }

  TEST_CASE("what is no http URI is refused") {
    const std::string rows[] = {"",
                                "a",
                                "/a",
                                "ftp://a/",
                                "http:/a",
                                "http://",
                                "http:///a",
                                "http://#a",
                                "http://a:0/",
                                "http://a:65536/",
                                "http://a:/",
                                "http://a:x/",
                                "http://u@a/",
                                "http://u:p@a/",
                                "http://a b/",
                                "http://a/\t",
                                "http://a/\xc3\xa4",
                                "http://[::1/",
                                "http://[::1]x/",
                                "http://[]/",
                                "http://a\\b/",
                                "http://" + std::string(300, 'a') + "/",
                                "http://a/" + std::string(9000, 'a')};
    for (const auto& r : rows) {
      CAPTURE(r);
      CHECK_FALSE(parse_http_uri(r));
    }
  }

  TEST_CASE("percent escapes") {
    CHECK(*percent_decode("/a%2Fb%20c%c3%A4") == "/a/b c\xc3\xa4");
    CHECK(*percent_decode("a+b") == "a+b");
    for (const char* bad : {"%", "%2", "%zz", "a%2", "%00", "%ff", "%c3", "%ed%a0%80", "%c0%af"}) {
      CAPTURE(bad);
      CHECK_FALSE(percent_decode(bad));
    }
  }

  TEST_CASE("a query keeps order and repeated keys") {
    const query_list want{{"a", "1"}, {"b", ""}, {"a", "x y"}, {"c d", "=&"}, {"e", ""}};
    CHECK(*parse_query("a=1&b=&a=x+y&c%20d=%3D%26&&e") == want);
    CHECK(parse_query("")->empty());
    CHECK_FALSE(parse_query("a=%zz"));
    std::string long_query;
    for (size_t i = 0; i <= max_query_pairs; ++i)
      long_query += "a&";
    CHECK(parse_query(long_query).error().code == codius::errc::too_large);
  }

  TEST_CASE("mutated URIs never crash, and what is taken reads back the same") {
    std::mt19937 chance{11};
    const std::string seed = "https://user.example:8443/a%20b/c?d=e%26&f=[1]#g";
    for (int i = 0; i < 50'000; ++i) {
      auto text = seed;
      for (unsigned k = 0; k < 1 + chance() % 3; ++k) {
        const auto at = chance() % text.size();
        if (chance() % 2)
          text[at] = static_cast<char>(chance());
        else
          text.erase(at, chance() % 8);
        if (text.empty())
          text = "x";
      }
      (void)percent_decode(text);
      (void)parse_query(text);
      const auto uri = parse_http_uri(text);
      if (!uri)
        continue;
      const auto again
        = parse_http_uri((uri->tls ? "https://" : "http://") + uri->authority() + uri->target);
      REQUIRE(again);
      REQUIRE(*again == *uri);
    }
  }

  TEST_CASE("localhost and what is below it is this machine") {
    for (const char* name : {"localhost", "localhost.", "a.localhost", "a.b.localhost", "a.localhost."})
      CHECK(is_localhost(name));
    for (const char* name : {"", ".", "notlocalhost", "localhost.example", "local", "a.localhos"})
      CHECK_FALSE(is_localhost(name));
  }
}
