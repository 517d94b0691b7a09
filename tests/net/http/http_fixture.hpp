#pragma once
// Real sockets for HTTP tests: threads that run a server, and a client that speaks raw bytes.
#include "net/http/server.hpp"

#include <arpa/inet.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace codius::test {

/// Runs `n` contexts, a thread each, until destroyed.
class io_threads {
public:
  explicit io_threads(size_t n = 1) {
    for (size_t i = 0; i < n; ++i)
      all_.push_back(std::make_unique<one>());
  }
  ~io_threads() {
    for (auto& o : all_)
      o->io.stop();
    for (auto& o : all_)
      o->thread.join();
  }
  std::vector<asio::io_context*> contexts() {
    std::vector<asio::io_context*> out;
    for (auto& o : all_)
      out.push_back(&o->io);
    return out;
  }
  asio::io_context& front() { return all_.front()->io; }

  /// Runs a coroutine on the first thread and waits for what it returns.
  template <class T>
  T wait(asio::awaitable<T> work) {
    std::promise<T> done;
    auto future = done.get_future();
    asio::co_spawn(front(), deliver(std::move(work), done), asio::detached);
    REQUIRE(future.wait_for(std::chrono::seconds{60}) == std::future_status::ready);
    return future.get();
  }

private:
  template <class T>
  static asio::awaitable<void> deliver(asio::awaitable<T> work, std::promise<T>& done) {
    try {
      done.set_value(co_await std::move(work));
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  }
  struct one {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
    std::thread thread{[this] { io.run(); }};
  };
  std::vector<std::unique_ptr<one>> all_;
};

inline codius::env fixed_env() {
  return {[] { return utc_time{std::chrono::seconds{784111777}}; }, {}};
}

/// A blocking socket that gives up after 20 s.
class raw_socket {
public:
  raw_socket() = default;
  explicit raw_socket(int fd) : fd_(fd) { set_limits(); }
  raw_socket(raw_socket&& o) noexcept
    : before_close(std::move(o.before_close)), fd_(std::exchange(o.fd_, -1)),
      held_(std::move(o.held_)) {}
  raw_socket& operator=(raw_socket&& o) noexcept {
    std::swap(before_close, o.before_close);
    std::swap(fd_, o.fd_);
    std::swap(held_, o.held_);
    return *this;
  }
  ~raw_socket() { close(); }

  static raw_socket connect_to(uint16_t port) {
    raw_socket s{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(s.fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
      s.close();
    return s;
  }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      text.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  /// Receives something; false at the end or after 20 s.
  bool more() {
    char buffer[65536];
    const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0)
      return false;
    held_.append(buffer, static_cast<size_t>(n));
    return true;
  }
  /// Everything up to and with `mark`; what there is if the stream ends before.
  std::string until(std::string_view mark) {
    size_t at;
    while ((at = held_.find(mark)) == std::string::npos)
      if (!more())
        return std::exchange(held_, {});
    return take(at + mark.size());
  }
  std::string exactly(size_t n) {
    while (held_.size() < n && more()) {
    }
    return take(std::min(n, held_.size()));
  }
  std::string all() {
    while (more()) {
    }
    return std::exchange(held_, {});
  }
  /// A head and a body of the Content-Length it tells.
  std::string response() {
    auto head = until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    if (at == std::string::npos)
      return head;
    return head + exactly(std::stoul(head.substr(at + 16)));
  }
  void shutdown_send() { ::shutdown(fd_, SHUT_WR); }
  /// Closes with a reset.
  void abort() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (fd_ >= 0 && before_close)
      before_close();
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }
  int fd() const { return fd_; }
  std::function<void()> before_close;

private:
  std::string take(size_t n) {
    auto out = held_.substr(0, n);
    held_.erase(0, n);
    return out;
  }
  void set_limits() {
    const timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  int fd_ = -1;
  std::string held_;
};

/// Sends `text` on a new connection and reads until the server closes it.
inline std::string talk(uint16_t port, std::string_view text) {
  auto s = raw_socket::connect_to(port);
  s.send(text);
  return s.all();
}

inline int status_of(std::string_view response) {
  return response.substr(0, 9) == "HTTP/1.1 "
           ? std::atoi(std::string{response.substr(9, 3)}.c_str())
           : 0;
}

/// A request's octets; `fields` with their line ends.
inline std::string get(std::string_view target, std::string_view fields = "") {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n";
}

inline std::string post(size_t announced, std::string_view body, std::string_view fields = "") {
  return "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(announced) + "\r\n"
         + std::string{fields} + "\r\n" + std::string{body};
}

/// Echoes method, target and body: "POST /x?y=1 5 hello".
inline asio::awaitable<net::http_response> echo(net::http_request req) {
  net::http_response res;
  res.fields.add("Content-Type", "text/plain");
  res.body = req.method + " " + req.target + " " + std::to_string(req.body.size()) + " "
             + req.body.substr(0, 100);
  co_return res;
}

/// A server on a free port of loopback.
struct http_fixture {
  explicit http_fixture(net::server_limits limits = {}, net::api_handler api = echo,
                        size_t threads = 1, net::stream_handler_factory proxy = {},
                        net::quick_handler quick = {})
    : io(threads) {
    net::server_settings settings;
    settings.limits = limits;
    net::server_parts parts;
    parts.door = fixed_env();
    parts.api = std::move(api);
    parts.proxy = std::move(proxy);
    parts.quick = std::move(quick);
    server = std::make_unique<net::http_server>(io.contexts(), settings, std::move(parts));
    const auto started = server->start();
    REQUIRE_MESSAGE(started, (started ? "" : started.error().detail));
  }
  ~http_fixture() { CHECK(io.wait(server->stop(std::chrono::milliseconds{100})) == 0); }

  uint16_t port() const { return server->port(); }
  raw_socket connect() const { return raw_socket::connect_to(port()); }
  std::string talk(std::string_view text) const { return test::talk(port(), text); }

  io_threads io;
  std::unique_ptr<net::http_server> server;
};

} // namespace codius::test
