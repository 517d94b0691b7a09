#include "net/ilp/ws_socket.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace codius::net {

namespace {

namespace ssl = asio::ssl;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

// A base, so that it is there before the stream that uses it.
struct tls_context {
  ssl::context context{ssl::context::tls_client};
};

class tls_client_socket final : private tls_context, public ws_socket<tls_stream> {
public:
  tls_client_socket(asio::any_io_executor io, message_socket_target target,
                    message_socket_limits limits)
    : ws_socket(limits, io, context), resolver_(io), target_(std::move(target)) {}

  asio::awaitable<status> handshake() override {
    const auto trust = trust_roots();
    if (!trust)
      co_return trust;
    auto& tcp_layer = beast::get_lowest_layer(ws_);
    const auto connected
      = co_await connect_stream(tcp_layer, resolver_, target_, limits_, aborted_);
    if (!connected)
      co_return connected;
    error_code ec;
    tcp_layer.expires_after(limits_.handshake);
    co_await ws_.next_layer().async_handshake(ssl::stream_base::client,
                                              asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return error{errc::rejected, "no TLS with " + authority(target_) + ": " + ec.message()};
    begin_websocket(false);
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
  // The peer's certificate must be for the host we meant, and signed by whom we trust.
  status trust_roots() {
    error_code ec;
    if (target_.ca_file.empty())
      context.set_default_verify_paths(ec);
    else
      context.load_verify_file(target_.ca_file, ec);
    if (ec)
      return error{errc::io, "no TLS certificates to trust: " + ec.message()};
    auto& stream = ws_.next_layer();
    stream.set_verify_mode(ssl::verify_peer);
    stream.set_verify_callback(ssl::host_name_verification{target_.host});
    // A server name indication is a name, never an address.
    asio::ip::make_address(target_.host, ec);
    if (ec)
      SSL_set_tlsext_host_name(stream.native_handle(), target_.host.c_str());
    return ok();
  }

  asio::ip::tcp::resolver resolver_;
  message_socket_target target_;
};

} // namespace

std::shared_ptr<message_socket> make_tls_client_socket(asio::any_io_executor io,
                                                       message_socket_target target,
                                                       message_socket_limits limits) {
  return std::make_shared<tls_client_socket>(std::move(io), std::move(target), limits);
}

} // namespace codius::net
