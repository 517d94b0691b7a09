#include "runtime/client/input_file.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/client/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace codius::client {

namespace {

failure about(const std::string& path, const std::string& what, std::string next = {}) {
  return {exit_code::user, input_name(path) + " " + what, std::move(next)};
}

std::string size_words(size_t octets) {
  return octets % (1 << 20) == 0 ? std::to_string(octets >> 20) + " MiB"
                                 : std::to_string(octets) + " bytes";
}

/// Waits until there is something to read. A pipe without a writer would look empty.
bool has_something(int fd, std::chrono::milliseconds patience) {
  pollfd wanted{fd, POLLIN, 0};
  for (;;) {
    const int n = ::poll(&wanted, 1, static_cast<int>(patience.count()));
    if (n >= 0 || errno != EINTR)
      return n > 0;
  }
}

outcome<std::optional<std::string>> read_all(int fd, const std::string& path, size_t most,
                                             size_t expected = 0) {
  std::string text(std::min<size_t>(most + 1, std::max<size_t>(expected + 1, 1 << 16)), '\0');
  size_t size = 0;
  for (;;) {
    if (size == text.size() && size <= most)
      text.resize(std::min(most + 1, 2 * size));
    if (size > most)
      return about(path, "is larger than " + size_words(most) + ", which no manifest needs",
                   "Is it the right file?");
    const auto n = ::read(fd, text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return about(path, std::string{"cannot be read: "} + std::strerror(errno));
    if (n == 0)
      break;
    size += static_cast<size_t>(n);
  }
  text.resize(size);
  return std::optional<std::string>{std::move(text)};
}

} // namespace

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : printable(path);
}

outcome<std::optional<std::string>> read_input(const std::string& path,
                                               const input_limits& limits) {
  if (path == "-" && limits.standard_input >= 0)
    return read_all(limits.standard_input, path, limits.most);
  // Not blocking: opening a pipe without a writer would hold us up for ever.
  const runtime::unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd && (errno == ENOENT || errno == ENOTDIR))
    return std::optional<std::string>{};
  if (!fd)
    return about(path, std::string{"cannot be read: "} + std::strerror(errno));
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0 || S_ISDIR(facts.st_mode))
    return about(path, "is no file, but a directory");
  if (S_ISFIFO(facts.st_mode)) {
    if (!has_something(fd.get(), limits.patience))
      return about(path, "is a pipe, and nothing comes out of it");
    (void)::fcntl(fd.get(), F_SETFL, 0); // somebody writes: now waiting is right
  }
  const bool has_size = S_ISREG(facts.st_mode) && facts.st_size > 0;
  return read_all(fd.get(), path, limits.most, has_size ? static_cast<size_t>(facts.st_size) : 0);
}

} // namespace codius::client
