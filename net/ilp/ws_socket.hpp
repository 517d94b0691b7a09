#pragma once
// Costs seconds to compile; only the files that make sockets include it.
#include "net/ilp/message_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

namespace codius::net {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

/// What both sides share once the upgrade is done. `Next` is a TCP or a TLS stream.
template <class Next>
class ws_socket : public message_socket {
public:
  template <class... Args>
  explicit ws_socket(message_socket_limits limits, Args&&... args)
    : ws_(std::forward<Args>(args)...), limits_(limits), goodbye_(ws_.get_executor()) {}

  asio::awaitable<result<byte_buffer>> read() override {
    error_code ec;
    co_await ws_.async_read(in_, asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return read_error(ec);
    if (ws_.got_text() && !limits_.takes_text)
      co_return error{errc::malformed, "websocket: text where octets are spoken"};
    const auto data = in_.data();
    const auto* first = static_cast<const std::byte*>(data.data());
    byte_buffer out(first, first + data.size());
    in_.consume(in_.size());
    co_return out;
  }

  asio::awaitable<status> write(byte_buffer message) override {
    error_code ec;
    ws_.binary(true);
    co_await ws_.async_write(asio::buffer(message.data(), message.size()),
                             asio::redirect_error(asio::use_awaitable, ec));
    co_return outcome(ec);
  }

  asio::awaitable<status> ping() override {
    error_code ec;
    const websocket::ping_data nothing;
    co_await ws_.async_ping(nothing, asio::redirect_error(asio::use_awaitable, ec));
    co_return outcome(ec);
  }

  asio::awaitable<void> close() override {
    if (std::exchange(closing_, true))
      co_return;
    if (aborted_ || !ws_.is_open()) {
      abort();
      co_return;
    }
    // A peer that has stopped reading would hold the close frame back for ever.
    goodbye_.expires_after(limits_.goodbye);
    goodbye_.async_wait([alive = std::weak_ptr<bool>{alive_}, this](error_code ec) {
      if (!ec && !alive.expired())
        abort();
    });
    error_code ec;
    const websocket::close_reason no_code{websocket::close_code::none};
    co_await ws_.async_close(no_code, asio::redirect_error(asio::use_awaitable, ec));
    goodbye_.cancel();
    abort();
  }

  void abort() override {
    aborted_ = true;
    beast::get_lowest_layer(ws_).close();
  }

protected:
  // From here on the WebSocket's own timers watch the connection.
  void begin_websocket(bool keep_alive_pings) {
    beast::get_lowest_layer(ws_).expires_never();
    websocket::stream_base::timeout t{};
    t.handshake_timeout = limits_.handshake;
    t.idle_timeout = limits_.idle;
    t.keep_alive_pings = keep_alive_pings;
    ws_.set_option(t);
    ws_.read_message_max(limits_.max_message);
  }

  static status outcome(error_code ec) {
    if (ec)
      return error{errc::unavailable, "websocket: " + ec.message()};
    return ok();
  }

  static error read_error(error_code ec) {
    if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow)
      return {errc::too_large, "websocket: message over the limit"};
    if (ec == websocket::condition::protocol_violation)
      return {errc::malformed, "websocket: " + ec.message()};
    return {errc::unavailable, "websocket: " + ec.message()};
  }

  websocket::stream<Next> ws_;
  message_socket_limits limits_;
  beast::flat_buffer in_;
  bool aborted_ = false;

private:
  bool closing_ = false;
  asio::steady_timer goodbye_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Connects `stream` to the target's first address that answers. Errors say who did not answer.
/// `cancelled` is looked at between the steps.
asio::awaitable<status> connect_stream(beast::tcp_stream& stream, asio::ip::tcp::resolver& resolver,
                                       const message_socket_target& target,
                                       const message_socket_limits& limits, const bool& cancelled);

/// `host:port`, brackets around an IPv6 literal, as errors and the `Host` header show it.
std::string authority(const message_socket_target& target);
/// Why the other side did not become a WebSocket.
error upgrade_error(const message_socket_target& target, error_code ec);

std::shared_ptr<message_socket> make_tls_client_socket(asio::any_io_executor io,
                                                       message_socket_target target,
                                                       message_socket_limits limits);

} // namespace codius::net
