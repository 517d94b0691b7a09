#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace codius::net {

/// How long to wait for the next octets of a body, so that a sender may pause but not drip: time
/// spent waiting uses the patience up, octets received earn it back. Only waiting counts, so a
/// sender is not blamed for a slow receiver.
class rate_floor {
public:
  using duration = std::chrono::nanoseconds;

  /// `bytes_per_second` 0: every octet restores all patience.
  rate_floor(size_t bytes_per_second, duration patience)
    : rate_(bytes_per_second), most_(patience), left_(patience) {}

  /// Never negative.
  duration patience() const noexcept { return left_; }
  void received(duration waited, size_t bytes) noexcept {
    const auto capped = static_cast<int64_t>(std::min<size_t>(bytes, 1 << 30));
    const auto earned
      = rate_ == 0 ? most_ : duration{capped * 1'000'000'000 / static_cast<int64_t>(rate_)};
    left_ = std::clamp(left_ - waited + earned, duration{0}, most_);
  }

private:
  size_t rate_;
  duration most_, left_;
};

} // namespace codius::net
