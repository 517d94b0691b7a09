#include "net/http/head.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace codius::net;

namespace {

struct row {
  const char* name;
  std::string text;
  unsigned status; ///< 0: accepted
};

/// Scans and parses as the server does; the status of the refusal, 0 for none.
unsigned read(std::string_view text, request_head& out) {
  head_scanner scanner{head_limits{}};
  const auto size = scanner.scan(text);
  if (scanner.fault())
    return scanner.fault()->status;
  if (size == 0)
    return 1; // incomplete
  const auto bad = parse_request_head(text.substr(0, size), out);
  return bad ? bad->status : 0;
}

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n";
}

std::string many(size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i)
    out += "f" + std::to_string(i) + ": v\r\n";
  return out;
}

} // namespace

TEST_SUITE("net/http/head") {
  TEST_CASE("a head is taken or refused with the right status") {
    const row rows[] = {
      {"plain", get(""), 0},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"bare LF after a field", "GET / HTTP/1.1\r\nHost: h\n\r\n", 400},
      {"bare LF as the end", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400},
      {"bare CR in a value", get("A: b\rc\r\n"), 400},
      {"two CRs", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", 400},
      {"blank before the colon", get("A : b\r\n"), 400},
      {"tab before the colon", get("A\t: b\r\n"), 400},
      {"folded field", get("A: b\r\n c\r\n"), 400},
      {"folded with tab", get("A: b\r\n\tc\r\n"), 400},
      {"fold as the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
      {"no colon", get("Abc\r\n"), 400},
      {"empty name", get(": b\r\n"), 400},
      {"name with a separator", get("A(b): c\r\n"), 400},
      {"name outside ASCII", get("\xc3\xa4: c\r\n"), 400},
      {"NUL in a value", get(std::string("A: b\0c\r\n", 8)), 400},
      {"DEL in a value", get("A: b\x7f\r\n"), 400},
      {"tab in a value", get("A: b\tc\r\n"), 0},
      {"octets over 127 in a value", get("A: \xc3\xa4\r\n"), 0},
      {"empty value", get("A:\r\n"), 0},
      {"no Host in 1.1", "GET / HTTP/1.1\r\n\r\n", 400},
      {"no Host in 1.0", "GET / HTTP/1.0\r\n\r\n", 0},
      {"two Hosts", get("Host: h\r\n"), 400},
      {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host with user", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400},
      {"Host with a bad port", "GET / HTTP/1.1\r\nHost: h:65536\r\n\r\n", 400},
      {"Host with port", "GET / HTTP/1.1\r\nHost: h:65535\r\n\r\n", 0},
      {"Host IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0},
      {"length", get("Content-Length: 5\r\n"), 0},
      {"length twice", get("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {"length list", get("Content-Length: 5, 5\r\n"), 400},
      {"length with sign", get("Content-Length: +5\r\n"), 400},
      {"negative length", get("Content-Length: -5\r\n"), 400},
      {"length in hex", get("Content-Length: 0x5\r\n"), 400},
      {"length with underscore", get("Content-Length: 1_0\r\n"), 400},
      {"empty length", get("Content-Length:\r\n"), 400},
      {"length over 2^64", get("Content-Length: 18446744073709551617\r\n"), 400},
      {"length over 2^62", get("Content-Length: 9223372036854775808\r\n"), 400},
      {"chunked", get("Transfer-Encoding: chunked\r\n"), 0},
      {"Chunked in capitals", get("Transfer-Encoding: CHUNKED\r\n"), 0},
      {"chunked and length", get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      {"chunked twice", get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"chunked list", get("Transfer-Encoding: chunked, chunked\r\n"), 400},
      {"gzip, chunked", get("Transfer-Encoding: gzip, chunked\r\n"), 400},
      {"identity", get("Transfer-Encoding: identity\r\n"), 400},
      {"xchunked", get("Transfer-Encoding: xchunked\r\n"), 400},
      {"chunked with vertical tab", get("Transfer-Encoding: \vchunked\r\n"), 400},
      {"1.0 with chunked", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"no version", "GET /\r\nHost: h\r\n\r\n", 400},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
      {"lower-case version", "GET / http/1.1\r\nHost: h\r\n\r\n", 400},
      {"version with more digits", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"blank at the end", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
      {"blank in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"tab as separator", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"target outside ASCII", "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"target with fragment", "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"target without slash", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"target with user", "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"absolute target", "GET http://h/a HTTP/1.1\r\nHost: x\r\n\r\n", 0},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 0},
      {"method with a separator", "G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"long method", std::string(33, 'A') + " / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"garbage", "hello\r\n\r\n", 400},
      {"100-continue", get("Expect: 100-continue\r\n"), 0},
      {"another expectation", get("Expect: tea\r\n"), 417},
      {"long line", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
      {"long line without end", "GET /" + std::string(9000, 'a'), 414},
      {"large head", get("A: " + std::string(17000, 'a') + "\r\n"), 431},
      {"large head without end", "GET / HTTP/1.1\r\nA: " + std::string(17000, 'a'), 431},
      {"99 fields more", get(many(99)), 0},
      {"100 fields more", get(many(100)), 431},
      {"incomplete", "GET / HTTP/1.1\r\nHost: h\r\n", 1},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      request_head out;
      CHECK(read(r.text, out) == r.status);
    }
  }

  TEST_CASE("a head arriving octet by octet reads the same") {
    const std::string text = get("Content-Length: 5\r\nA: b\r\n");
    head_scanner scanner{head_limits{}};
    for (size_t n = 0; n < text.size(); ++n)
      REQUIRE(scanner.scan(std::string_view{text}.substr(0, n)) == 0);
    CHECK(scanner.scan(text) == text.size());
  }

  TEST_CASE("what a request says of its connection") {
    struct conn {
      const char* text;
      bool keep_alive;
      const char* upgrade;
    };
    const conn rows[] = {
      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true, ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n", false, ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: a, close\r\n\r\n", false, ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: a\r\nConnection: close\r\n\r\n", false, ""},
      {"GET / HTTP/1.0\r\n\r\n", false, ""},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\n\r\n", true, ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: keep-alive, Upgrade\r\n\r\n", true,
       "x"},
      {"GET / HTTP/1.0\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", false, ""},
    };
    for (const auto& r : rows) {
      CAPTURE(r.text);
      request_head out;
      REQUIRE(read(r.text, out) == 0);
      CHECK(out.keep_alive == r.keep_alive);
      CHECK(out.upgrade == r.upgrade);
    }
  }

  TEST_CASE("an absolute target names the authority and becomes origin form") {
    request_head out;
    REQUIRE(read("GET http://Pod.example:80?x=1 HTTP/1.1\r\nHost: other\r\n\r\n", out) == 0);
    CHECK(out.authority == "Pod.example:80");
    CHECK(out.target == "/?x=1");
  }

  TEST_CASE("only a first label of 52 base32 characters selects a pod") {
    const std::string label(52, 'a');
    CHECK(pod_label(label + ".example.com") == label);
    CHECK(pod_label(label) == label);
    CHECK(pod_label(std::string(52, 'Q') + ".x:3000") == std::string(52, 'q'));
    CHECK(pod_label(label + ":3000").empty());
    CHECK(pod_label(std::string(51, 'a') + ".x").empty());
    CHECK(pod_label(std::string(53, 'a') + ".x").empty());
    CHECK(pod_label("8" + std::string(51, 'a') + ".x").empty());
    CHECK(pod_label("www." + label + ".x").empty());
    CHECK(pod_label("").empty());
  }

  TEST_CASE("a response head is read, with its body's framing") {
    struct row_out {
      const char* text;
      const char* method;
      bool good;
      body_framing::kind how;
    };
    using kind = body_framing::kind;
    const row_out rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", true, kind::length},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "GET", true, kind::none},
      {"HTTP/1.1 200 OK\r\n\r\n", "GET", true, kind::until_close},
      {"HTTP/1.0 200 OK\nContent-Type: text/plain\n\n", "GET", true, kind::until_close},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", true, kind::chunked},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HEAD", true, kind::none},
      {"HTTP/1.1 204 No Content\r\n\r\n", "GET", true, kind::none},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "GET", true, kind::none},
      {"HTTP/1.1 100 Continue\r\n\r\n", "POST", true, kind::none},
      {"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\n", "GET", true, kind::length},
      {"HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n", "GET", true, kind::length},
      {"HTTP/1.1 099 Low\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.1 600 High\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.1 2000 OK\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.1 +20 OK\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.1 20\r\n\r\n", "GET", false, kind::none},
      {"HTTP/3.0 200 OK\r\n\r\n", "GET", false, kind::none},
      {"SSH-2.0-OpenSSH\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", "GET", false,
       kind::none},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", false,
       kind::none},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", false, kind::none},
      {"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "GET", false, kind::none},
    };
    for (const auto& r : rows) {
      CAPTURE(r.text);
      response_head out;
      const auto bad = parse_response_head(r.text, r.method, out);
      CHECK(!bad == r.good);
      if (bad)
        CHECK(bad->status == 502);
      else
        CHECK(out.body.how == r.how);
    }
  }

  TEST_CASE("mutated heads are taken or refused, and never break a rule") {
    std::mt19937 chance{7};
    const std::string seed
      = "POST /a%20b?c=d HTTP/1.1\r\nHost: h.example:80\r\nContent-Length: 12\r\n"
        "Connection: keep-alive, x\r\nExpect: 100-continue\r\nA: b\r\n\r\n";
    using namespace std::string_view_literals;
    const auto alphabet = "\r\n\t :;,%/?#\0aZ09\x7f\xff"sv;
    int taken = 0;
    for (int i = 0; i < 60'000; ++i) {
      auto text = seed;
      for (unsigned k = chance() % 4; k < 4; ++k) {
        const auto at = chance() % text.size();
        switch (chance() % 4) {
          case 0: text[at] = alphabet[chance() % alphabet.size()]; break;
          case 1: text.erase(at, chance() % 5); break;
          case 2: text.insert(at, 1, alphabet[chance() % alphabet.size()]); break;
          default: text.insert(at, text.substr(chance() % text.size(), chance() % 30)); break;
        }
      }
      request_head out;
      if (read(text, out) != 0)
        continue;
      ++taken;
      REQUIRE(out.fields.count("host") <= 1);
      REQUIRE(out.fields.count("content-length") + out.fields.count("transfer-encoding") <= 1);
      for (const auto& f : out.fields) {
        REQUIRE(f.name.find_first_of(" \t\r\n:") == std::string::npos);
        REQUIRE(f.value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
      }
      response_head ignored;
      (void)parse_response_head(text, "GET", ignored);
    }
    CHECK(taken > 1000);
  }
}
