#pragma once
#include "messages/env.hpp"

#include <memory>

namespace codius::tests {

/// A clock that stands still until told, and a counter in place of chance.
struct fake_world {
  std::shared_ptr<utc_time> now = std::make_shared<utc_time>(std::chrono::milliseconds{1'700'000'000'000});
  std::shared_ptr<uint64_t> seed = std::make_shared<uint64_t>(1);

  void advance(std::chrono::milliseconds by) { *now += by; }

  env door() const {
    return {[t = now] { return *t; },
            [s = seed](std::span<std::byte> out) {
              // SplitMix64: enough for names that must differ, and the same in every run.
              for (auto& b : out) {
                uint64_t z = (*s += 0x9e3779b97f4a7c15ull);
                z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
                z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
                b = static_cast<std::byte>(z ^ (z >> 31));
              }
            }};
  }
};

} // namespace codius::tests
