#pragma once
// A proxy between raw clients and pods that are scripted with raw bytes.
#include "net/proxy/forward.hpp"
#include "tests/net/http/http_fixture.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>

namespace codius::test {

inline int listen_on_loopback(uint16_t port = 0) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
  REQUIRE(::listen(fd, 64) == 0);
  return fd;
}

inline uint16_t port_of(int fd) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

/// A port on which nothing listens.
inline uint16_t free_port() {
  const int fd = listen_on_loopback();
  const auto port = port_of(fd);
  ::close(fd);
  return port;
}

/// A pod: runs `script` for each connection, in a thread of its own.
class fake_pod {
public:
  using script = std::function<void(raw_socket&)>;
  explicit fake_pod(script s, uint16_t port = 0)
    : fd_(listen_on_loopback(port)), port_(port_of(fd_)), script_(std::move(s)),
      acceptor_([this] { accept_all(); }) {}
  ~fake_pod() {
    ::shutdown(fd_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock{guard_};
      for (int c : live_)
        ::shutdown(c, SHUT_RDWR);
    }
    for (auto& t : talks_)
      t.join();
    ::close(fd_);
  }
  uint16_t port() const { return port_; }
  int connections() const { return connections_; }

private:
  void accept_all() {
    for (int c; (c = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      ++connections_;
      {
        const std::lock_guard lock{guard_};
        live_.insert(c);
      }
      talks_.emplace_back([this, c] {
        raw_socket s{c};
        s.before_close = [this, c] {
          const std::lock_guard lock{guard_};
          live_.erase(c);
        };
        script_(s);
      });
    }
  }
  int fd_;
  uint16_t port_;
  script script_;
  std::atomic<int> connections_{0};
  std::mutex guard_;
  std::set<int> live_;
  std::vector<std::thread> talks_;
  std::thread acceptor_;
};

/// Answers each bodyless request on a connection with its own head as the body.
inline void mirror(raw_socket& s) {
  for (std::string head; !(head = s.until("\r\n\r\n")).empty();)
    if (!head.ends_with("\r\n\r\n")
        || !s.send("HTTP/1.1 200 OK\r\nX-Pod: 1\r\nContent-Length: " + std::to_string(head.size())
                   + "\r\n\r\n" + head))
      return;
}

/// Sends the same bytes after each request head, then closes.
inline fake_pod::script say(std::string text) {
  return [text](raw_socket& s) {
    s.until("\r\n\r\n");
    s.send(text);
    s.shutdown_send();
    s.all();
  };
}

struct proxy_fixture {
  explicit proxy_fixture(net::proxy_settings settings = {}, net::server_limits limits = {},
                         size_t threads = 1)
    : http(limits, echo, threads, [this, settings](asio::io_context& io) {
        return net::make_forwarder(io, routes, settings, fixed_env(), counters);
      }) {}

  static codius::pod_id id(char c = 'a') { return {std::string(52, c)}; }
  void publish(uint16_t pod_port, char c = 'a',
               std::chrono::seconds age = std::chrono::seconds{60}) {
    pod_address at{"127.0.0.1", pod_port};
    REQUIRE(routes->publish(id(c), net::route_state::running, at, fixed_env().utc_now() - age));
  }
  /// A request's head; `fields` with their line ends.
  static std::string head(std::string_view line = "GET /", std::string_view fields = "",
                          char c = 'a') {
    return std::string{line} + " HTTP/1.1\r\nHost: " + std::string(52, c) + ".example.com\r\n"
           + std::string{fields} + "\r\n";
  }
  raw_socket connect() const { return http.connect(); }
  std::string talk(std::string_view text) const { return http.talk(text); }

  std::shared_ptr<net::route_table> routes = std::make_shared<net::route_table>();
  std::shared_ptr<net::proxy_counters> counters = std::make_shared<net::proxy_counters>();
  http_fixture http;
};

} // namespace codius::test
