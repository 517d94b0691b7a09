#include "net/http/unix_door.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace codius::net {

namespace {

constexpr int backlog = 64;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  std::memcpy(out.sun_path, path.data(), path.size());
  return out;
}

int make_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

const sockaddr* plain(const sockaddr_un& at) { return reinterpret_cast<const sockaddr*>(&at); }

bool somebody_listens(const sockaddr_un& at) {
  const int fd = make_socket();
  if (fd < 0)
    return false;
  const bool yes = ::connect(fd, plain(at), sizeof at) == 0 || errno == EAGAIN;
  ::close(fd);
  return yes;
}

error failed(const std::string& path, int why) {
  return {errc::io, "cannot listen at " + path + ": " + std::strerror(why)};
}

} // namespace

result<int> listen_at_path(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path) - 4)
    return error{errc::invalid, "the path " + path + " is too long for a socket"};
  if (somebody_listens(address_of(path)))
    return error{errc::conflict, "another program listens at " + path};
  // Made under another name: nobody can connect before its mode is right and it listens, and the
  // old name always leads to a whole socket.
  const auto fresh = path + ".new";
  const auto at = address_of(fresh);
  ::unlink(fresh.c_str());
  const int fd = make_socket();
  if (fd < 0)
    return failed(path, errno);
  if (::fchmod(fd, 0600) != 0 || ::bind(fd, plain(at), sizeof at) != 0
      || ::chmod(fresh.c_str(), 0600) != 0 || ::listen(fd, backlog) != 0
      || ::rename(fresh.c_str(), path.c_str()) != 0) {
    const auto why = errno;
    ::close(fd);
    ::unlink(fresh.c_str());
    return failed(path, why);
  }
  return fd;
}

} // namespace codius::net
