#pragma once
#include "messages/bytes.hpp"
#include "messages/time.hpp"

#include <functional>
#include <span>

namespace codius {

/// The only doors to wall time and entropy. Both may be called on any thread.
struct env {
  std::function<utc_time()> utc_now;
  std::function<void(std::span<std::byte>)> random_bytes; ///< cryptographic quality
};

} // namespace codius
