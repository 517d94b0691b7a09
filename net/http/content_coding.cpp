#include "net/http/content_coding.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace codius::net {

namespace {

constexpr int gzip_window = 15 + 16; // zlib: 16 more means gzip's head and checksum
constexpr int deflate_window = 15;

/// zlib's state, ended whatever happens.
class inflater {
public:
  explicit inflater(int window) : ready_(inflateInit2(&z_, window) == Z_OK) {}
  ~inflater() {
    if (ready_)
      inflateEnd(&z_);
  }
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  bool ready() const { return ready_; }
  z_stream& state() { return z_; }

private:
  z_stream z_{};
  bool ready_;
};

error damaged() { return {errc::malformed, "Invalid compressed payload"}; }

bool is(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + ('a' - 'A')) : x) == y;
  });
}

} // namespace

result<content_coding> read_content_coding(std::string_view field) {
  const auto first = field.find_first_not_of(" \t");
  if (first == field.npos)
    return content_coding::none;
  const auto name = field.substr(first, field.find_last_not_of(" \t") - first + 1);
  if (is(name, "identity"))
    return content_coding::none;
  if (is(name, "gzip") || is(name, "x-gzip"))
    return content_coding::gzip;
  if (is(name, "deflate"))
    return content_coding::deflate;
  return error{errc::unsupported, "this host takes bodies as they are, or by gzip or deflate"};
}

result<std::string> decode_content(std::string_view coded, content_coding coding, size_t most) {
  if (coding == content_coding::none)
    return coded.size() > most ? result<std::string>{error{errc::too_large, "the body is too large"}}
                               : std::string{coded};
  inflater with{coding == content_coding::gzip ? gzip_window : deflate_window};
  if (!with.ready())
    return error{errc::internal, "zlib does not start"};
  auto& z = with.state();
  // zlib reads only; its interface is older than const.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
  z.avail_in = static_cast<uInt>(coded.size());
  std::string out;
  std::array<char, 16 << 10> piece;
  for (;;) {
    z.next_out = reinterpret_cast<Bytef*>(piece.data());
    z.avail_out = static_cast<uInt>(piece.size());
    const int state = inflate(&z, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END)
      return damaged();
    const auto got = piece.size() - z.avail_out;
    if (out.size() + got > most)
      return error{errc::too_large, "the body is too large once it is decompressed"};
    out.append(piece.data(), got);
    if (state == Z_STREAM_END && z.avail_in == 0)
      return out;
    if (state == Z_STREAM_END && (coding != content_coding::gzip || inflateReset(&z) != Z_OK))
      return damaged();
    if (state == Z_OK && z.avail_in == 0 && z.avail_out != 0)
      return damaged(); // it ends in the middle
  }
}

} // namespace codius::net
