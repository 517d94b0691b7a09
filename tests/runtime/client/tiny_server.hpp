#pragma once
// An HTTP server that answers with whatever bytes a test likes, or hangs up.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace codius::tests {

struct tiny_request {
  std::string method;
  std::string target;
  std::string head;
  std::string body;
};

/// The bytes of an answer; nothing: the connection is closed without one.
using tiny_handler = std::function<std::optional<std::string>(const tiny_request&)>;

/// An answer with a JSON body; `fields` are whole lines.
inline std::string answer(int status, std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 " + std::to_string(status) + " Some Phrase\r\n" + std::string{fields}
         + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size())
         + "\r\n\r\n" + std::string{body};
}

/// Listens on a free port of loopback; a thread for each connection. The handler may block, but
/// must come back before the server dies.
class tiny_server {
public:
  explicit tiny_server(tiny_handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    acceptor_ = std::thread{[this] { accept_all(); }};
  }
  ~tiny_server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (int fd : sockets_)
      ::shutdown(fd, SHUT_RDWR);
    for (auto& t : connections_)
      t.join();
    for (int fd : sockets_)
      ::close(fd);
    ::close(listener_);
  }
  tiny_server(const tiny_server&) = delete;
  tiny_server& operator=(const tiny_server&) = delete;

  uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
  void accept_all() {
    for (int fd; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      sockets_.push_back(fd);
      connections_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    std::string held;
    while (auto request = read_request(fd, held)) {
      const auto bytes = handler_(*request);
      if (!bytes)
        break;
      (void)::send(fd, bytes->data(), bytes->size(), MSG_NOSIGNAL);
    }
    ::shutdown(fd, SHUT_RDWR);
  }

  static std::optional<tiny_request> read_request(int fd, std::string& held) {
    const auto more = [&] {
      char buffer[65536];
      const auto n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n > 0)
        held.append(buffer, static_cast<size_t>(n));
      return n > 0;
    };
    size_t end;
    while ((end = held.find("\r\n\r\n")) == std::string::npos)
      if (!more())
        return {};
    tiny_request out;
    out.head = held.substr(0, end + 2);
    held.erase(0, end + 4);
    const auto space = out.head.find(' ');
    out.method = out.head.substr(0, space);
    out.target = out.head.substr(space + 1, out.head.find(' ', space + 1) - space - 1);
    size_t length = 0;
    if (const auto at = out.head.find("Content-Length: "); at != std::string::npos)
      length = std::stoul(out.head.substr(at + 16));
    while (held.size() < length)
      if (!more())
        return {};
    out.body = held.substr(0, length);
    held.erase(0, length);
    return out;
  }

  tiny_handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread acceptor_;
  std::vector<std::thread> connections_;
  std::vector<int> sockets_; ///< of the acceptor's thread, until it has ended
};

} // namespace codius::tests
