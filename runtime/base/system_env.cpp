#include "runtime/base/system_env.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace codius::runtime {

namespace {

utc_time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto got = getrandom(out.data(), out.size(), 0);
    if (got >= 0)
      out = out.subspan(static_cast<size_t>(got));
    else if (errno != EINTR)
      throw std::system_error{errno, std::generic_category(), "getrandom"};
  }
}

} // namespace

env system_env() { return {now, fill}; }

} // namespace codius::runtime
