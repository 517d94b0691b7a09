#pragma once
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace codius::runtime::testing {

/// A container registry of one manifest, without TLS, on a free port of 127.0.0.1. It answers one
/// request a connection and serves one connection after the other.
class registry_stub {
public:
  registry_stub(const std::string& name, const std::string& tag, std::string manifest)
    : path_("/v2/" + name + "/manifests/" + tag), manifest_(std::move(manifest)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* address = reinterpret_cast<sockaddr*>(&where);
    REQUIRE(bind(listener_, address, size) == 0);
    REQUIRE(listen(listener_, 16) == 0);
    REQUIRE(getsockname(listener_, address, &size) == 0);
    port_ = ntohs(where.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  registry_stub(const registry_stub&) = delete;
  registry_stub& operator=(const registry_stub&) = delete;
  ~registry_stub() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  void serve() {
    for (;;) {
      const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0)
        return;
      const std::string answer = answer_to(read_head(peer));
      (void)send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(peer);
    }
  }

  static std::string read_head(int peer) {
    const timeval limit{5, 0};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string head;
    char buffer[4096];
    while (head.find("\r\n\r\n") == std::string::npos && head.size() < 65536) {
      const ssize_t got = read(peer, buffer, sizeof buffer);
      if (got <= 0)
        break;
      head.append(buffer, static_cast<size_t>(got));
      if (head[0] == '\x16') // a TLS greeting, which has no head to wait for
        break;
    }
    return head;
  }

  std::string answer_to(const std::string& head) const {
    const bool ping = head.find(" /v2/ ") != std::string::npos;
    const bool known = head.find(" " + path_ + " ") != std::string::npos;
    const std::string body = ping    ? "{}"
                             : known ? manifest_
                                     : R"({"errors":[{"code":"MANIFEST_UNKNOWN"}]})";
    return std::string{ping || known ? "HTTP/1.1 200 OK" : "HTTP/1.1 404 Not Found"}
           + "\r\nContent-Type: "
           + (known ? "application/vnd.oci.image.manifest.v1+json" : "application/json")
           + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n"
           + body;
  }

  std::string path_;
  std::string manifest_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

} // namespace codius::runtime::testing
