#pragma once
// A small closed-loop HTTP load: every connection sends its next request when the last one is
// answered. Knows just enough HTTP for answers with a Content-Length.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using clock = std::chrono::steady_clock;

struct connection {
  int fd = -1;
  std::string in;
  clock::time_point sent;
};

struct figures {
  double per_second = 0;
  double p99_ms = 0; ///< from the sending of a request to the whole answer
};

inline int connect_to(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
    std::abort();
  return fd;
}

/// Size of the whole answer at the front of `in`, 0 when it is not there yet.
inline size_t answer_size(std::string_view in) {
  const auto end = in.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return 0;
  const auto at = in.find("Content-Length: ");
  const auto body = at < end ? std::strtoul(in.data() + at + 16, nullptr, 10) : 0;
  return end + 4 + body <= in.size() ? end + 4 + body : 0;
}

/// Asks the same again and again, over `seconds`.
inline figures load(uint16_t port, std::string_view request, int connections, double seconds) {
  const int ep = ::epoll_create1(0);
  std::vector<connection> all(static_cast<size_t>(connections));
  for (auto& c : all) {
    c.fd = connect_to(port);
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.ptr = &c;
    ::epoll_ctl(ep, EPOLL_CTL_ADD, c.fd, &e);
    c.sent = clock::now();
    (void)!::send(c.fd, request.data(), request.size(), MSG_NOSIGNAL);
  }
  const auto begun = clock::now();
  std::vector<float> took; // ms
  took.reserve(1 << 20);
  std::chrono::duration<double> spent{0};
  epoll_event ready[64];
  while ((spent = clock::now() - begun).count() < seconds) {
    const int n = ::epoll_wait(ep, ready, 64, 100);
    for (int i = 0; i < n; ++i) {
      auto& c = *static_cast<connection*>(ready[i].data.ptr);
      char buffer[16384];
      const auto got = ::recv(c.fd, buffer, sizeof buffer, 0);
      if (got <= 0)
        std::abort();
      c.in.append(buffer, static_cast<size_t>(got));
      if (const auto size = answer_size(c.in); size > 0) {
        c.in.erase(0, size);
        const auto now = clock::now();
        took.push_back(std::chrono::duration<float, std::milli>(now - c.sent).count());
        c.sent = now;
        (void)!::send(c.fd, request.data(), request.size(), MSG_NOSIGNAL);
      }
    }
  }
  for (auto& c : all)
    ::close(c.fd);
  ::close(ep);
  figures out{static_cast<double>(took.size()) / spent.count(), 0};
  if (const auto at = took.begin() + static_cast<long>(took.size() * 99 / 100); at != took.end()) {
    std::nth_element(took.begin(), at, took.end());
    out.p99_ms = *at;
  }
  return out;
}

/// Answers a second, over `seconds`.
inline double requests_per_second(uint16_t port, std::string_view request, int connections,
                                  double seconds) {
  return load(port, request, connections, seconds).per_second;
}

} // namespace bench
