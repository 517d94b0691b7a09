#include "runtime/pods/oci/files.hpp"

#include "runtime/base/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace codius::runtime::oci {
namespace {

struct close_dir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};
using dir_ptr = std::unique_ptr<DIR, close_dir>;

status write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return os_error("cannot write " + path);
    text.remove_prefix(static_cast<size_t>(n));
  }
  return ok();
}

status write_to(const std::string& path, std::string_view text, mode_t mode) {
  const unique_fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
  if (!fd)
    return os_error("cannot open " + path);
  return write_all(fd.get(), text, path);
}

bool is_dot(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

int open_below(int dir, const char* name) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  return static_cast<int>(::syscall(SYS_openat2, dir, name, &how, sizeof how));
}

constexpr int max_depth = 2000;

// Sets errno and answers false at the first thing that cannot be removed.
bool remove_below(int parent, const char* name, int depth) {
  const int fd = open_below(parent, name);
  if (fd < 0 || depth > max_depth) {
    if (fd >= 0)
      ::close(fd);
    return false;
  }
  const dir_ptr dir{::fdopendir(fd)};
  if (!dir)
    return false;
  while (const dirent* entry = ::readdir(dir.get())) {
    if (is_dot(entry->d_name) || ::unlinkat(fd, entry->d_name, 0) == 0)
      continue;
    if (errno != EISDIR && errno != EPERM)
      return false;
    if (!remove_below(fd, entry->d_name, depth + 1))
      return false;
  }
  return ::unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

} // namespace

error os_error(std::string what) {
  return {errc::io, std::move(what) + ": " + std::strerror(errno)};
}

result<std::string> read_text(const std::string& path, size_t max) {
  const unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) {
    auto bad = os_error("cannot open " + path);
    bad.code = errno == ENOENT || errno == ENOTDIR ? errc::not_found : errc::io;
    return bad;
  }
  std::string out;
  std::array<char, 8192> block;
  for (;;) {
    const auto n = ::read(fd.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return os_error("cannot read " + path);
    if (n == 0)
      return out;
    out.append(block.data(), static_cast<size_t>(n));
    if (out.size() > max)
      return error{errc::too_large, path + " is larger than " + std::to_string(max) + " bytes"};
  }
}

status write_text(const std::string& path, std::string_view text, mode_t mode) {
  return write_to(path, text, mode);
}

status replace_text(const std::string& path, std::string_view text, mode_t mode) {
  const auto fresh = path + ".new";
  ::unlink(fresh.c_str());
  if (auto done = write_to(fresh, text, mode); !done)
    return done;
  if (::rename(fresh.c_str(), path.c_str()) != 0)
    return os_error("cannot replace " + path);
  return ok();
}

status make_dirs(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0)
    return ::chmod(path.c_str(), mode) == 0 ? ok() : status{os_error("cannot chmod " + path)};
  if (errno == EEXIST)
    return ok();
  const auto slash = path.find_last_of('/');
  if (errno != ENOENT || slash == 0 || slash == std::string::npos)
    return os_error("cannot make " + path);
  if (auto above = make_dirs(path.substr(0, slash), 0755); !above)
    return above;
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return os_error("cannot make " + path);
  return ::chmod(path.c_str(), mode) == 0 ? ok() : status{os_error("cannot chmod " + path)};
}

result<std::vector<std::string>> names_in(const std::string& path) {
  std::vector<std::string> out;
  const dir_ptr dir{::opendir(path.c_str())};
  if (!dir) {
    if (errno == ENOENT)
      return out;
    return os_error("cannot list " + path);
  }
  while (const dirent* entry = ::readdir(dir.get()))
    if (!is_dot(entry->d_name))
      out.emplace_back(entry->d_name);
  std::ranges::sort(out);
  return out;
}

bool exists(const std::string& path) {
  struct stat st;
  return ::lstat(path.c_str(), &st) == 0;
}

status remove_tree(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR)
    return ok();
  const auto slash = path.find_last_of('/');
  const auto above = slash == std::string::npos ? std::string{"."} : path.substr(0, slash + 1);
  const unique_fd parent{::open(above.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!parent)
    return os_error("cannot open " + above);
  const auto name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (!remove_below(parent.get(), name.c_str(), 0) && errno != ENOENT)
    return os_error("cannot remove " + path);
  return ok();
}

} // namespace codius::runtime::oci
