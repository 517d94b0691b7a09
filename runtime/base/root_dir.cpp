#include "runtime/base/root_dir.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace codius::runtime {

namespace {

error failed(const std::string& what, const std::string& path) {
  return {errc::io, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

status write_new(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return failed("make", path);
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size())
                       && ::fsync(fd) == 0;
  const auto out = written ? ok() : status{failed("write", path)};
  ::close(fd);
  return out;
}

} // namespace

result<root_dir> root_dir::open(const std::string& path) {
  std::error_code ec;
  const bool made = std::filesystem::create_directories(path, ec);
  if (ec)
    return error{errc::io, "cannot make the directory " + path + ": " + ec.message()
                             + "; run as root, or choose another with CODIUS_ROOT"};
  if (made)
    ::chmod(path.c_str(), 0700);
  const auto file = path + "/lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return failed("open", file);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return error{errc::conflict, "another codiusd runs on " + path
                                   + "; stop it, or choose another directory with CODIUS_ROOT"};
  }
  return root_dir{path, fd};
}

root_dir::root_dir(root_dir&& other) noexcept
  : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

root_dir::~root_dir() {
  if (lock_ >= 0)
    ::close(lock_);
}

result<byte_buffer> root_dir::secret(const env& world) const {
  const auto path = file("secret");
  if (!std::filesystem::exists(path)) {
    std::array<std::byte, 32> fresh{};
    world.random_bytes(fresh);
    // Whole or not at all: a torn secret would change every payment address.
    const auto draft = path + ".new";
    std::filesystem::remove(draft);
    if (auto written = write_new(draft, to_base64(fresh)); !written)
      return written.error();
    std::error_code ec;
    std::filesystem::rename(draft, path, ec);
    if (ec)
      return error{errc::io, "cannot make " + path + ": " + ec.message()};
  }
  std::ifstream in{path};
  std::string text;
  std::getline(in, text);
  auto octets = from_base64_lenient(text);
  if (octets.size() != 32)
    return error{errc::malformed, path + " does not hold 32 octets in base64; move it away to get a new one"};
  return octets;
}

} // namespace codius::runtime
