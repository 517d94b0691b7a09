#include "net/http/body_decoder.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace codius::net;
using kind = body_framing::kind;

namespace {

struct outcome {
  bool good = true;
  bool done = false;
  std::string data;
  size_t left = 0;
};

/// Decodes `text` handed over in pieces of `piece` octets.
outcome decode(body_framing framing, std::string_view text, size_t piece) {
  body_decoder decoder{framing};
  outcome out;
  std::string held;
  while (!decoder.done() && (!text.empty() || !held.empty())) {
    const auto fresh = text.substr(0, piece);
    held += fresh;
    text.remove_prefix(fresh.size());
    for (size_t used = 1; used > 0 && !decoder.done();) {
      const auto step = decoder.next(held);
      if (!step) {
        out.good = false;
        return out;
      }
      out.data += step->data;
      used = step->consumed;
      held.erase(0, used);
    }
    if (text.empty())
      break;
  }
  out.done = decoder.done();
  out.left = held.size() + text.size();
  return out;
}

} // namespace

TEST_SUITE("net/http/body_decoder") {
  TEST_CASE("chunked bodies are taken or refused, in pieces of any size") {
    struct row {
      const char* name;
      std::string text;
      bool good;
      bool done;
      std::string data;
    };
    const row rows[] = {
      {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", true, true, "abcde"},
      {"hex in either case", "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n", true, true,
       "01234567890123456789a"},
      {"leading zeros", "003\r\nabc\r\n000\r\n\r\n", true, true, "abc"},
      {"extension", "3;a=b;c=\"d\"\r\nabc\r\n0\r\n\r\n", true, true, "abc"},
      {"trailers dropped", "3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\n", true, true, "abc"},
      {"empty", "0\r\n\r\n", true, true, ""},
      {"unfinished", "3\r\nabc\r\n", true, false, "abc"},
      {"no size", "\r\nabc\r\n0\r\n\r\n", false, false, ""},
      {"not hex", "g\r\nabc\r\n", false, false, ""},
      {"plus", "+3\r\nabc\r\n0\r\n\r\n", false, false, ""},
      {"minus", "-3\r\nabc\r\n0\r\n\r\n", false, false, ""},
      {"0x", "0x3\r\nabc\r\n0\r\n\r\n", false, false, ""},
      {"underscore", "1_0\r\nabc\r\n", false, false, ""},
      {"blank after the size", "3 \r\nabc\r\n0\r\n\r\n", false, false, ""},
      {"blank before the size", " 3\r\nabc\r\n0\r\n\r\n", false, false, ""},
      {"bare LF after the size", "3\nabc\r\n0\r\n\r\n", false, false, ""},
      {"bare LF after the data", "3\r\nabc\n0\r\n\r\n", false, false, ""},
      {"no CR LF after the data", "3\r\nabcd\r\n0\r\n\r\n", false, false, ""},
      {"bare LF at the end", "3\r\nabc\r\n0\r\n\n", false, false, ""},
      {"huge size", "10000000000000000\r\n", false, false, ""},
      {"control in an extension", "3;\x01\r\nabc\r\n", false, false, ""},
      {"trailer without colon", "0\r\nabc\r\n\r\n", false, false, ""},
      {"folded trailer", "0\r\nA: b\r\n c\r\n\r\n", false, false, ""},
      {"long size line", std::string(300, '0') + "\r\n", false, false, ""},
    };
    for (const auto& r : rows)
      for (size_t piece : {1, 2, 3, 7, 4096}) {
        CAPTURE(r.name);
        CAPTURE(piece);
        const auto out = decode({kind::chunked, 0}, r.text, piece);
        CHECK(out.good == r.good);
        if (r.good) {
          CHECK(out.done == r.done);
          CHECK(out.data == r.data);
        }
      }
  }

  TEST_CASE("endless extensions and trailers are refused") {
    std::string extended, trailed = "0\r\n";
    for (int i = 0; i < 200; ++i) {
      extended += "1;" + std::string(200, 'a') + "\r\nx\r\n";
      trailed += "a: " + std::string(200, 'b') + "\r\n";
    }
    CHECK_FALSE(decode({kind::chunked, 0}, extended, 4096).good);
    CHECK_FALSE(decode({kind::chunked, 0}, trailed, 4096).good);
  }

  TEST_CASE("a body of known length ends there and leaves the rest") {
    const auto out = decode({kind::length, 5}, "abcdeGET /", 3);
    CHECK(out.done);
    CHECK(out.data == "abcde");
    CHECK(out.left == 5);
  }

  TEST_CASE("only a body until close may end with the stream") {
    body_decoder open{{kind::until_close, 0}}, sized{{kind::length, 5}},
      chunked{{kind::chunked, 0}};
    CHECK(open.next("abc")->data == "abc");
    CHECK(open.end_of_stream());
    CHECK_FALSE(sized.end_of_stream());
    CHECK_FALSE(chunked.end_of_stream());
    CHECK(body_decoder{body_framing{}}.done());
  }

  TEST_CASE("what append_chunk writes reads back, whatever the pieces") {
    std::mt19937 chance{3};
    for (int i = 0; i < 300; ++i) {
      std::string text, body;
      for (unsigned k = chance() % 6; k > 0; --k) {
        const std::string piece(chance() % 5000, static_cast<char>('a' + k));
        append_chunk(text, piece);
        body += piece;
      }
      text += last_chunk;
      const auto out = decode({kind::chunked, 0}, text, 1 + chance() % 9000);
      REQUIRE(out.done);
      REQUIRE(out.data == body);
      text[chance() % text.size()] = static_cast<char>(chance());
      (void)decode({kind::chunked, 0}, text, 1 + chance() % 9000); // must not crash
    }
  }
}
