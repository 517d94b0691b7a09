#pragma once
#include "runtime/client/outcome.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace codius::client {

struct input_limits {
  size_t most = 1 << 20;                      ///< octets; a larger file is refused
  std::chrono::milliseconds patience{10'000}; ///< until the first octet comes out of a named pipe
  int standard_input = -1;                    ///< what `-` reads, to its end; -1: nothing
};

/// The whole of a file. Nothing when there is no such file. Fails (1) with a sentence that names
/// it: a directory, too large, unreadable, or a pipe that nobody writes to.
outcome<std::optional<std::string>> read_input(const std::string& path, const input_limits& limits);

/// What `path` is called in sentences: itself, or "standard input".
std::string input_name(const std::string& path);

} // namespace codius::client
