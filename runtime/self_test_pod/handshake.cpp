#include "runtime/self_test_pod/handshake.hpp"

#include <cstdint>
#include <cstring>

namespace self_test_pod {

namespace {

constexpr size_t max_key = 64;
constexpr const char uuid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t most_text = max_key + sizeof uuid - 1;
constexpr size_t block = 64;

uint32_t turned(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }

/// One block of SHA-1 (FIPS 180-4, section 6.1.2).
void digest_block(const unsigned char* in, uint32_t h[5]) {
  uint32_t w[80];
  for (int i = 0; i < 16; ++i)
    w[i] = uint32_t{in[4 * i]} << 24 | uint32_t{in[4 * i + 1]} << 16 | uint32_t{in[4 * i + 2]} << 8
           | in[4 * i + 3];
  for (int i = 16; i < 80; ++i)
    w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
  for (int i = 0; i < 80; ++i) {
    const uint32_t f = i < 20   ? (b & c) | (~b & d)
                       : i < 40 ? b ^ c ^ d
                       : i < 60 ? (b & c) | (b & d) | (c & d)
                                : b ^ c ^ d;
    constexpr uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    const uint32_t next = turned(a, 5) + f + e + k[i / 20] + w[i];
    e = d;
    d = c;
    c = turned(b, 30);
    b = a;
    a = next;
  }
  h[0] += a;
  h[1] += b;
  h[2] += c;
  h[3] += d;
  h[4] += e;
}

} // namespace

void accept_of(const char* key, char out[accept_size + 1]) {
  unsigned char text[(most_text + 9 + block - 1) / block * block] = {};
  const size_t key_size = strnlen(key, max_key);
  memcpy(text, key, key_size);
  memcpy(text + key_size, uuid, sizeof uuid - 1);
  const size_t size = key_size + sizeof uuid - 1;
  text[size] = 0x80;
  const size_t blocks = (size + 9 + block - 1) / block;
  const size_t bits = size * 8;
  text[blocks * block - 2] = static_cast<unsigned char>(bits >> 8);
  text[blocks * block - 1] = static_cast<unsigned char>(bits);
  uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  for (size_t i = 0; i < blocks; ++i)
    digest_block(text + i * block, h);
  unsigned char sum[21] = {}; // a zero more, so that base64 takes it in threes
  for (int i = 0; i < 20; ++i)
    sum[i] = static_cast<unsigned char>(h[i / 4] >> (24 - i % 4 * 8));
  constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < 7; ++i) {
    const uint32_t three = uint32_t{sum[3 * i]} << 16 | uint32_t{sum[3 * i + 1]} << 8 | sum[3 * i + 2];
    for (size_t j = 0; j < 4; ++j)
      out[4 * i + j] = letters[three >> (18 - 6 * j) & 63];
  }
  out[accept_size - 1] = '=';
  out[accept_size] = '\0';
}

} // namespace self_test_pod
