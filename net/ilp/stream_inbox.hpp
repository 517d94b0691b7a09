#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>

namespace codius::net {

inline constexpr uint64_t stream_window_octets = 16'384;
inline constexpr uint64_t connection_window_octets = 65'534;

/// The receiving side of a stream's data, for an endpoint that has no use for the octets: they are
/// counted and dropped, so that the windows move on. Repeated and overlapping ranges are harmless.
class stream_inbox {
public:
  /// False when the range lies beyond the window or the gaps are too many: a flow-control error.
  bool take(uint64_t offset, size_t size);
  /// Octets that arrived without a gap before them.
  uint64_t consumed() const { return consumed_; }
  /// The highest offset reached.
  uint64_t reached() const { return reached_; }
  /// What `StreamMaxData` says.
  uint64_t window() const { return consumed_ + stream_window_octets; }

private:
  std::map<uint64_t, uint64_t> gaps_after_; ///< begin → end of ranges beyond a gap
  uint64_t consumed_ = 0;
  uint64_t reached_ = 0;
};

/// Remembers the numbers seen last, as IPsec's anti-replay window does (RFC 4303 §3.4.3): a number
/// that repeats, or lies too far behind the highest to tell, is not fresh.
class replay_window {
public:
  static constexpr size_t width = 1024;
  bool fresh(uint64_t number) const;
  void mark(uint64_t number);

private:
  std::bitset<width> seen_; ///< bit i: highest_ − i
  uint64_t highest_ = 0;
};

} // namespace codius::net
