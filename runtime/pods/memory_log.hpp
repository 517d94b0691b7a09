#pragma once
#include "runtime/pods/pod_log.hpp"

#include <deque>
#include <mutex>

namespace codius::runtime {

/// A log that is kept in memory, oldest pieces thrown away first.
class memory_log final : public pod_log {
public:
  explicit memory_log(size_t most_octets = 1 << 20) : most_(most_octets) {}

  /// Any thread.
  void write(log_piece piece);

  result<log_part> read(const log_position& at, bool flush) override;
  uint64_t size() override;
  status on_more(std::function<void()> tell) override;
  void renewed() override {}

private:
  const size_t most_;
  std::mutex mutex_;
  std::deque<log_piece> kept_;
  uint64_t first_ = 0; ///< number of the first piece that is kept
  size_t octets_ = 0;
  std::mutex telling_; ///< held while `tell_` is called or replaced
  std::function<void()> tell_;
};

} // namespace codius::runtime
