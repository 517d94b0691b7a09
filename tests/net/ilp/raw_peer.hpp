#pragma once
#include "messages/bytes.hpp"
#include "net/asio.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <string>

namespace codius::tests {

/// A TCP connection that says exactly what it is told, WebSocket or not.
class raw_peer {
public:
  raw_peer(asio::io_context& io, uint16_t port) : socket_(io) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  explicit raw_peer(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  void say(std::string_view octets) { asio::write(socket_, asio::buffer(octets)); }
  void upgrade(std::string_view more_headers = "") {
    say("GET /any HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + std::string{more_headers} + "\r\n");
  }
  /// One masked frame; the mask is zero. `first` is the first octet, e.g. 0x82 for binary.
  void frame(unsigned char first, byte_view payload) {
    std::string out{static_cast<char>(first)};
    if (payload.size() < 126) {
      out += static_cast<char>(0x80 | payload.size());
    } else {
      out += static_cast<char>(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(payload.size() >> shift & 0xff);
    }
    out.append(4, '\0').append(as_text(payload));
    say(out);
  }

  /// Some octets; empty once the other side has hung up.
  asio::awaitable<std::string> some() {
    std::string out(4096, '\0');
    boost::system::error_code ec;
    const auto n = co_await socket_.async_read_some(asio::buffer(out),
                                                    asio::redirect_error(asio::use_awaitable, ec));
    out.resize(ec ? 0 : n);
    co_return out;
  }
  /// Everything until the other side hangs up.
  asio::awaitable<std::string> all() {
    std::string out;
    for (;;) {
      const auto more = co_await some();
      if (more.empty())
        co_return out;
      out += more;
    }
  }
  void close() { socket_.close(); }

private:
  asio::ip::tcp::socket socket_;
};

} // namespace codius::tests
