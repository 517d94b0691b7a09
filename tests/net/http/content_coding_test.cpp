#include "net/http/content_coding.hpp"

#include "messages/bytes.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

using namespace codius;
using namespace codius::net;

namespace {

std::string pack(const std::string& text, int window) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}
std::string gzip(const std::string& text) { return pack(text, 15 + 16); }

} // namespace

TEST_SUITE("net/http/content_coding") {
  TEST_CASE("the names of codings have no case; others, and several, are refused") {
    const std::pair<const char*, content_coding> known[]
      = {{"", content_coding::none},      {" ", content_coding::none},
         {"identity", content_coding::none}, {"gzip", content_coding::gzip},
         {" GZip\t", content_coding::gzip},  {"x-gzip", content_coding::gzip},
         {"deflate", content_coding::deflate}};
    for (const auto& [text, coding] : known) {
      CAPTURE(text);
      const auto read = read_content_coding(text);
      REQUIRE(read);
      CHECK(*read == coding);
    }
    for (const char* text : {"br", "gzip, gzip", "gzip,", "gzipp", "zstd", "*"}) {
      CAPTURE(text);
      CHECK(read_content_coding(text).error().code == errc::unsupported);
    }
  }

  TEST_CASE("what was packed comes back, of any size up to the limit") {
    for (const size_t size : {0u, 1u, 16383u, 16384u, 16385u, 100'000u}) {
      CAPTURE(size);
      std::string text(size, ' ');
      for (size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + (i * i) % 26);
      CHECK(*decode_content(gzip(text), content_coding::gzip, size) == text);
      CHECK(*decode_content(pack(text, 15), content_coding::deflate, size) == text);
      CHECK(*decode_content(text, content_coding::none, size) == text);
      if (size > 0) {
        CHECK(decode_content(gzip(text), content_coding::gzip, size - 1).error().code == errc::too_large);
        CHECK(decode_content(text, content_coding::none, size - 1).error().code == errc::too_large);
      }
    }
    CHECK(*decode_content(gzip("one ") + gzip("two"), content_coding::gzip, 100) == "one two");
  }

  TEST_CASE("a bomb is put out at the limit") {
    auto bomb = gzip(std::string(32 << 20, '0'));
    CHECK(bomb.size() < 40'000);
    CHECK(decode_content(bomb, content_coding::gzip, 1 << 20).error().code == errc::too_large);
    // A bomb of bombs: each member alone is small.
    std::string many;
    for (int i = 0; i < 2000; ++i)
      many += gzip(std::string(1000, '0'));
    CHECK(decode_content(many, content_coding::gzip, 1 << 20).error().code == errc::too_large);
  }

  TEST_CASE("what is damaged, cut off, or followed by something else is refused") {
    const auto good = gzip("some text, some text, some text");
    for (size_t size = 0; size < good.size(); ++size) {
      CAPTURE(size);
      CHECK(decode_content(good.substr(0, size), content_coding::gzip, 100).error().code
            == errc::malformed);
    }
    for (const auto& bad : {std::string{"not packed at all"}, good + "x", good + good.substr(0, 5),
                            pack("zlib", 15), std::string(100, '\0')}) {
      CHECK(decode_content(bad, content_coding::gzip, 100).error().code == errc::malformed);
    }
    auto flipped = good;
    flipped[good.size() - 5] ^= 1; // of the checksum
    CHECK(decode_content(flipped, content_coding::gzip, 100).error().code == errc::malformed);
    CHECK(decode_content(pack("x", 15) + "y", content_coding::deflate, 100).error().code
          == errc::malformed);
  }
}
