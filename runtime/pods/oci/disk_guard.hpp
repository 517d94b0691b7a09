#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace codius::runtime::oci {

/// Watches the free space of a file system while a program fills it, and asks that program to stop
/// when it has taken more than its share or the disk is nearly full: a small download may unpack
/// to something that fills the disk. Also passes on the stop request of whoever waits.
class disk_guard {
public:
  disk_guard(std::string dir, uint64_t max_bytes, std::stop_token outer);
  disk_guard(const disk_guard&) = delete;
  disk_guard& operator=(const disk_guard&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  bool tripped() const { return tripped_; }

private:
  void watch(std::stop_token done);
  uint64_t free_bytes() const;

  const std::string dir_;
  const uint64_t max_bytes_;
  const uint64_t free_at_start_;
  std::stop_source stop_;
  std::atomic<bool> tripped_ = false;
  std::stop_callback<std::function<void()>> pass_on_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_; // last: it uses all above
};

} // namespace codius::runtime::oci
