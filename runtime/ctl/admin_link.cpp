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
result<admin_answer> exchange(Socket& socket, const admin_place& at, const std::string& method,
                              const std::string& target, const std::string& body) {
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
  if (ec)
    return no_host(at, ec.message());
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(largest_answer);
  http::read(socket, buffer, parser, ec);
  if (ec)
    return no_host(at, ec.message());
  auto answer = parser.release();
  return admin_answer{answer.result_int(), std::move(answer.body())};
}

} // namespace

result<admin_answer> ask_admin(const admin_place& at, const std::string& method,
                               const std::string& target, const std::string& body) {
  asio::io_context io;
  error_code ec;
  if (at.is_path()) {
    if (at.where.size() > 107)
      return error{errc::invalid, "the path " + at.where + " is too long for a socket"};
    asio::local::stream_protocol::socket socket{io};
    socket.connect(asio::local::stream_protocol::endpoint{at.where}, ec);
    return ec ? result<admin_answer>{no_host(at, ec.message())}
              : exchange(socket, at, method, target, body);
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
  return ec ? result<admin_answer>{no_host(at, ec.message())}
            : exchange(socket, at, method, target, body);
}

} // namespace codius::runtime::ctl
