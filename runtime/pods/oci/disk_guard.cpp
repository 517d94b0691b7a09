#include "runtime/pods/oci/disk_guard.hpp"

#include <sys/statvfs.h>

#include <chrono>

namespace codius::runtime::oci {
namespace {

constexpr std::chrono::milliseconds between_looks{100};
constexpr uint64_t always_free = 256ull << 20;

} // namespace

disk_guard::disk_guard(std::string dir, uint64_t max_bytes, std::stop_token outer)
  : dir_(std::move(dir)), max_bytes_(max_bytes), free_at_start_(free_bytes()),
    pass_on_(std::move(outer), [this] { stop_.request_stop(); }),
    thread_([this](std::stop_token done) { watch(std::move(done)); }) {}

uint64_t disk_guard::free_bytes() const {
  struct statvfs st {};
  return ::statvfs(dir_.c_str(), &st) == 0 ? uint64_t{st.f_bavail} * st.f_frsize : 0;
}

void disk_guard::watch(std::stop_token done) {
  std::unique_lock lock{mutex_};
  while (!done.stop_requested()) {
    const auto now = free_bytes();
    if (now + max_bytes_ < free_at_start_ || now < always_free) {
      tripped_ = true;
      stop_.request_stop();
      return;
    }
    wake_.wait_for(lock, done, between_looks, [] { return false; });
  }
}

} // namespace codius::runtime::oci
