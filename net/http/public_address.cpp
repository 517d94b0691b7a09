#include "net/http/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace codius::net {

namespace {

namespace ip = boost::asio::ip;

struct v4_block {
  uint32_t prefix;
  unsigned bits;
};
constexpr v4_block closed_v4[] = {
  {0x00000000, 8},  // this network
  {0x0a000000, 8},  // private
  {0x64400000, 10}, // shared by a carrier's customers; some clouds' metadata
  {0x7f000000, 8},  // loopback
  {0xa83f8110, 32}, // 168.63.129.16: a cloud's agent
  {0xa9fe0000, 16}, // link-local; most clouds' metadata
  {0xac100000, 12}, // private
  {0xc0000000, 24}, // protocol assignments
  {0xc0000200, 24}, // documentation
  {0xc0586300, 24}, // 6to4 relays of old
  {0xc0a80000, 16}, // private
  {0xc6120000, 15}, // benchmarking
  {0xc6336400, 24}, // documentation
  {0xcb007100, 24}, // documentation
  {0xe0000000, 4},  // multicast
  {0xf0000000, 4},  // reserved, broadcast
};

struct v6_block {
  std::array<uint8_t, 6> prefix;
  unsigned bits;
};
constexpr v6_block global_unicast{{0x20}, 3};
constexpr v6_block closed_v6[] = {
  {{0x20, 0x01, 0x00, 0x00}, 23}, // protocol assignments: Teredo, ORCHID, benchmarking
  {{0x20, 0x01, 0x0d, 0xb8}, 32}, // documentation
  {{0x20, 0x02}, 16},             // 6to4
  {{0x3f, 0xff, 0x00}, 20},       // documentation
};

bool is_in(uint32_t at, const v4_block& block) {
  return ((at ^ block.prefix) >> (32 - block.bits)) == 0;
}

bool is_in(const ip::address_v6::bytes_type& at, const v6_block& block) {
  for (unsigned bit = 0; bit < block.bits; bit += 8) {
    const auto left = std::min(block.bits - bit, 8u);
    const auto mask = static_cast<uint8_t>(0xff00u >> left);
    if (((at[bit / 8] ^ block.prefix[bit / 8]) & mask) != 0)
      return false;
  }
  return true;
}

} // namespace

bool is_public_address(const ip::address& at) {
  if (at.is_v4()) {
    const auto octets = at.to_v4().to_uint();
    return std::none_of(std::begin(closed_v4), std::end(closed_v4),
                        [&](const v4_block& b) { return is_in(octets, b); });
  }
  const auto octets = at.to_v6().to_bytes();
  return is_in(octets, global_unicast)
         && std::none_of(std::begin(closed_v6), std::end(closed_v6),
                         [&](const v6_block& b) { return is_in(octets, b); });
}

} // namespace codius::net
