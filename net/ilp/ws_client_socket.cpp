#include "net/http/uri.hpp"
#include "net/ilp/ws_socket.hpp"

#include <boost/asio/ip/address.hpp>

namespace codius::net {

namespace {

using asio::ip::tcp;

std::vector<tcp::endpoint> loopbacks(uint16_t port) {
  return {{asio::ip::address_v6::loopback(), port}, {asio::ip::address_v4::loopback(), port}};
}

asio::awaitable<result<std::vector<tcp::endpoint>>>
addresses_of(tcp::resolver& resolver, const message_socket_target& target) {
  if (is_localhost(target.host))
    co_return loopbacks(target.port);
  error_code ec;
  const auto found = co_await resolver.async_resolve(target.host, std::to_string(target.port),
                                                     asio::redirect_error(asio::use_awaitable, ec));
  if (ec)
    co_return error{errc::unavailable, "cannot find " + target.host + ": " + ec.message()};
  std::vector<tcp::endpoint> out;
  for (const auto& entry : found)
    out.push_back(entry.endpoint());
  co_return out;
}

error connect_error(const message_socket_target& target, error_code ec) {
  if (ec == asio::error::connection_refused)
    return {errc::unavailable, "nothing listens at " + authority(target)};
  if (ec == beast::error::timeout)
    return {errc::timed_out, authority(target) + " does not answer"};
  return {errc::unavailable, "cannot reach " + authority(target) + ": " + ec.message()};
}

class client_socket final : public ws_socket<beast::tcp_stream> {
public:
  client_socket(asio::any_io_executor io, message_socket_target target,
                message_socket_limits limits)
    : ws_socket(limits, io), resolver_(io), target_(std::move(target)) {}

  asio::awaitable<status> handshake() override {
    const auto connected
      = co_await connect_stream(ws_.next_layer(), resolver_, target_, limits_, aborted_);
    if (!connected)
      co_return connected;
    begin_websocket(false);
    error_code ec;
    co_await ws_.async_handshake(authority(target_), target_.path,
                                 asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return upgrade_error(target_, ec);
    co_return ok();
  }

  void abort() override {
    resolver_.cancel();
    ws_socket::abort();
  }

private:
  tcp::resolver resolver_;
  message_socket_target target_;
};

} // namespace

std::string authority(const message_socket_target& target) {
  const bool v6 = target.host.find(':') != std::string::npos;
  const auto host = v6 ? "[" + target.host + "]" : target.host;
  return host + ":" + std::to_string(target.port);
}

error upgrade_error(const message_socket_target& target, error_code ec) {
  if (ec == beast::error::timeout)
    return {errc::timed_out, authority(target) + " does not answer the WebSocket handshake"};
  if (ec == websocket::error::upgrade_declined)
    return {errc::rejected, authority(target) + " is not a WebSocket server"};
  return {errc::unavailable, "no WebSocket at " + authority(target) + ": " + ec.message()};
}

asio::awaitable<status> connect_stream(beast::tcp_stream& stream, tcp::resolver& resolver,
                                       const message_socket_target& target,
                                       const message_socket_limits& limits, const bool& cancelled) {
  const auto found = co_await addresses_of(resolver, target);
  if (!found)
    co_return found.error();
  error_code ec = asio::error::host_not_found;
  for (const auto& endpoint : *found) {
    if (cancelled)
      ec = asio::error::operation_aborted;
    if (cancelled)
      break;
    // A socket left open by a failed attempt is bound to that address family.
    error_code ignored;
    stream.socket().close(ignored);
    stream.expires_after(limits.handshake);
    co_await stream.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec)
      break;
  }
  if (ec)
    co_return connect_error(target, ec);
  error_code ignored;
  stream.socket().set_option(tcp::no_delay{true}, ignored);
  co_return ok();
}

std::shared_ptr<message_socket> make_client_socket(asio::any_io_executor io,
                                                   message_socket_target target,
                                                   message_socket_limits limits) {
  if (target.tls)
    return make_tls_client_socket(std::move(io), std::move(target), limits);
  return std::make_shared<client_socket>(std::move(io), std::move(target), limits);
}

} // namespace codius::net
