#include "net/ilp/ws_socket.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

namespace codius::net {

namespace {

namespace http = boost::beast::http;

class server_socket final : public ws_socket<beast::tcp_stream> {
public:
  using ws_socket::ws_socket;

  asio::awaitable<status> handshake() override {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(8 * 1024);
    error_code ec;
    auto& stream = ws_.next_layer();
    stream.expires_after(limits_.handshake);
    co_await http::async_read_header(stream, in_, parser,
                                     asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return outcome(ec);
    // Browsers always send Origin with a WebSocket request; pages have no business here.
    if (parser.get().count(http::field::origin) != 0)
      co_return error{errc::rejected, "websocket: request from a web page"};
    if (in_.size() != 0)
      co_return error{errc::malformed, "websocket: octets before the upgrade"};
    begin_websocket(true);
    co_await ws_.async_accept(parser.get(), asio::redirect_error(asio::use_awaitable, ec));
    co_return outcome(ec);
  }
};

} // namespace

std::shared_ptr<message_socket> make_server_socket(asio::ip::tcp::socket socket,
                                                   message_socket_limits limits) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
  return std::make_shared<server_socket>(limits, std::move(socket));
}

} // namespace codius::net
