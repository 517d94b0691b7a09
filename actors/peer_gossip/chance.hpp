#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace codius::actors {

/// Seeded chance for choices (jitter, samples), never for secrets: SplitMix64, eight octets of
/// state, the same sequence for the same seed on every machine.
class chance {
public:
  explicit chance(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  /// Less than `n`, which is not 0.
  size_t below(size_t n) { return static_cast<size_t>(next() % n); }
  /// From 0 to less than 1.
  double part() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Moves a random choice of `n` to the front, in random order, and cuts off the rest.
  template <class T>
  void sample(std::vector<T>& all, size_t n) {
    n = std::min(n, all.size());
    for (size_t i = 0; i < n; ++i)
      std::swap(all[i], all[i + below(all.size() - i)]);
    all.resize(n);
  }

private:
  uint64_t state_;
};

} // namespace codius::actors
