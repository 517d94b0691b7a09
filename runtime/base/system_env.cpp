#include "runtime/base/system_env.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace codius::runtime {

namespace {

utc_time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void ask_kernel(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto got = getrandom(out.data(), out.size(), 0);
    if (got >= 0)
      out = out.subspan(static_cast<size_t>(got));
    else if (errno != EINTR)
      throw std::system_error{errno, std::generic_category(), "getrandom"};
  }
}

/// Randomness fetched ahead, for one thread: a system call for every request id is a notable part of
/// answering a small request. What was given out is wiped, so that no memory tells it later.
class stock {
public:
  void take(std::span<std::byte> out) {
    if (out.size() > octets_.size())
      return ask_kernel(out);
    if (out.size() > octets_.size() - used_) {
      ask_kernel(octets_);
      used_ = 0;
    }
    const auto from = octets_.begin() + static_cast<long>(used_);
    std::copy_n(from, out.size(), out.begin());
    std::fill_n(from, out.size(), std::byte{0});
    used_ += out.size();
  }

private:
  std::array<std::byte, 512> octets_{};
  size_t used_ = 512;
};

void fill(std::span<std::byte> out) {
  thread_local stock here;
  here.take(out);
}

} // namespace

env system_env() { return {now, fill}; }

} // namespace codius::runtime
