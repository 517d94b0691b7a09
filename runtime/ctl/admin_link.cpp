#include "runtime/ctl/admin_link.hpp"

#include "net/asio.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <sys/socket.h>
#include <sys/time.h>

namespace codius::runtime::ctl {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr uint64_t largest_answer = 64ull << 20;
constexpr timeval patience{70, 0};

error no_host(const admin_place& at, const std::string& why) {
  return {errc::unavailable,
          "no host answers at " + at.where + " (" + why
            + "); is codiusd running, and are you allowed to use its socket (root)? Another place: "
              "codiusd ctl --admin PATH_OR_ADDRESS"};
}

template <class Socket>
error_code send(Socket& socket, const std::string& method, const std::string& target,
                const std::string& body) {
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.set(http::field::host, "localhost");
  request.set(http::field::connection, "close");
  if (!body.empty() || method == "POST" || method == "PATCH")
    request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  error_code ec;
  http::write(socket, request, ec);
  return ec;
}

template <class Socket>
result<admin_answer> read_whole(Socket& socket, const admin_place& at) {
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(largest_answer);
  error_code ec;
  http::read(socket, buffer, parser, ec);
  if (ec)
    return no_host(at, ec.message());
  auto answer = parser.release();
  return admin_answer{answer.result_int(), std::move(answer.body())};
}

/// Takes the whole lines off the front of `text`. False when `line` wants no more.
bool take_lines(std::string& text, const std::function<bool(std::string_view)>& line) {
  size_t from = 0;
  for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', from)) {
    if (!line(std::string_view{text}.substr(from, end - from)))
      return false;
    from = end + 1;
  }
  text.erase(0, from);
  return true;
}

template <class Socket>
result<admin_answer> read_lines(Socket& socket, const admin_place& at,
                                const std::function<bool(std::string_view)>& line) {
  boost::beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  error_code ec;
  http::read_header(socket, buffer, parser, ec);
  if (ec)
    return no_host(at, ec.message());
  const auto status = parser.get().result_int();
  std::string text;
  while (!parser.is_done() && text.size() < largest_answer) {
    char piece[4096];
    parser.get().body().data = piece;
    parser.get().body().size = sizeof piece;
    http::read_some(socket, buffer, parser, ec);
    if (ec && ec != http::error::need_buffer)
      return no_host(at, ec.message());
    text.append(piece, sizeof piece - parser.get().body().size);
    if (status < 300 && !take_lines(text, line))
      break;
  }
  return admin_answer{status, std::move(text)};
}

/// Connects, and gives the socket to `talk`.
template <class Talk>
result<admin_answer> connected(const admin_place& at, Talk talk) {
  asio::io_context io;
  error_code ec;
  if (at.is_path()) {
    if (at.where.size() > 107)
      return error{errc::invalid, "the path " + at.where + " is too long for a socket"};
    asio::local::stream_protocol::socket socket{io};
    socket.connect(asio::local::stream_protocol::endpoint{at.where}, ec);
    return ec ? result<admin_answer>{no_host(at, ec.message())} : talk(socket);
  }
  const auto colon = at.where.rfind(':');
  auto ip = at.where.substr(0, colon);
  if (ip.starts_with('[') && ip.ends_with(']'))
    ip = ip.substr(1, ip.size() - 2);
  const auto address = asio::ip::make_address(ip == "localhost" ? "127.0.0.1" : ip, ec);
  const auto port = colon == std::string::npos ? 0 : std::atoi(at.where.c_str() + colon + 1);
  if (ec || port <= 0 || port > 65535)
    return error{errc::invalid, "\"" + at.where + "\" is no path and no address such as "
                                                  "127.0.0.1:3001"};
  asio::ip::tcp::socket socket{io};
  socket.connect({address, static_cast<uint16_t>(port)}, ec);
  return ec ? result<admin_answer>{no_host(at, ec.message())} : talk(socket);
}

} // namespace

result<admin_answer> ask_admin(const admin_place& at, const std::string& method,
                               const std::string& target, const std::string& body) {
  return connected(at, [&](auto& socket) -> result<admin_answer> {
    if (const auto ec = send(socket, method, target, body))
      return no_host(at, ec.message());
    return read_whole(socket, at);
  });
}

result<admin_answer> follow_admin(const admin_place& at, const std::string& target,
                                  const std::function<bool(std::string_view)>& line) {
  return connected(at, [&](auto& socket) -> result<admin_answer> {
    if (const auto ec = send(socket, "GET", target, {}))
      return no_host(at, ec.message());
    return read_lines(socket, at, line);
  });
}

} // namespace codius::runtime::ctl
