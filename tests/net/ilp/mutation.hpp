#pragma once
#include "messages/bytes.hpp"

#include <random>

namespace codius::tests {

/// Calls `visit` with broken forms of `seed`: every truncation (of a long one about 600), every
/// flipped bit of the first 160 octets, and random edits that are the same in every run.
template <class Visit>
void mutate(byte_view seed, Visit visit) {
  for (size_t n = 0; n < seed.size(); n += 1 + seed.size() / 600)
    visit(seed.first(n));
  auto copy = to_buffer(seed);
  for (size_t bit = 0; bit < std::min<size_t>(seed.size(), 160) * 8; ++bit) {
    const auto mask = std::byte{1} << (bit % 8);
    copy[bit / 8] ^= mask;
    visit(byte_view{copy});
    copy[bit / 8] ^= mask;
  }
  std::mt19937 rng{static_cast<uint32_t>(seed.size())};
  for (int round = 0; round < 200 && !seed.empty(); ++round) {
    auto broken = to_buffer(seed);
    for (uint32_t edits = 1 + rng() % 4; edits > 0; --edits) {
      const auto at = broken.begin() + static_cast<ptrdiff_t>(rng() % broken.size());
      switch (rng() % 3) {
        case 0: *at = static_cast<std::byte>(rng()); break;
        case 1: broken.insert(at, static_cast<std::byte>(rng())); break;
        default:
          if (broken.size() > 1)
            broken.erase(at);
      }
    }
    visit(byte_view{broken});
  }
}

/// What decodes must encode to something that decodes to the same.
template <class Decode, class Encode>
size_t check_stable(byte_view bytes, Decode decode, Encode encode) {
  const auto first = decode(bytes);
  if (!first)
    return 0;
  const byte_buffer again = encode(*first);
  const auto second = decode(byte_view{again});
  if (!second || !(*second == *first))
    FAIL_CHECK("decodes to something else after encoding: " << to_hex(bytes));
  return 1;
}

} // namespace codius::tests
