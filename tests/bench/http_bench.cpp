// Requests a second of our server answering like `GET /version`, beside a bare Beast server that
// says the same, in one run and alternating: 32 kept-alive connections, one server thread, one
// client thread. Prints both rates and their ratio, and the rate through the proxy with the bare
// server as the pod. With a port as its argument also those of a running codiusd, for `/version`
// and `/info` under 64 connections.
#include "net/http/server.hpp"
#include "net/proxy/forward.hpp"
#include "tests/bench/load.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace codius;

namespace {

const std::string answer = R"x({"name":"Codiusd (C++)","version":"0.1.0"})x";

asio::awaitable<net::http_response> version(net::http_request req) {
  net::http_response res;
  if (req.path != "/version")
    res.status = 404;
  res.fields.add("Content-Type", "application/json; charset=utf-8");
  res.fields.add("Cache-Control", "no-cache");
  res.body = answer;
  co_return res;
}

namespace http = boost::beast::http;
using asio::ip::tcp;

asio::awaitable<void> bare_session(tcp::socket socket) {
  boost::beast::tcp_stream stream{std::move(socket)};
  stream.socket().set_option(tcp::no_delay{true});
  boost::beast::flat_buffer buffer;
  boost::beast::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  while (!ec) {
    http::request<http::string_body> req;
    stream.expires_after(std::chrono::seconds{60});
    co_await http::async_read(stream, buffer, req, token);
    if (ec)
      break;
    http::response<http::string_body> res{http::status::ok, req.version()};
    res.set(http::field::content_type, "application/json; charset=utf-8");
    res.set(http::field::cache_control, "no-cache");
    res.body() = answer;
    res.keep_alive(req.keep_alive());
    res.prepare_payload();
    co_await http::async_write(stream, res, token);
  }
}

asio::awaitable<void> bare_accept(tcp::acceptor& acceptor) {
  boost::beast::error_code ec;
  for (;;) {
    auto s = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec)
      co_return;
    asio::co_spawn(acceptor.get_executor(), bare_session(std::move(s)), asio::detached);
  }
}

} // namespace

/// A codiusd at `port` next to the bare server, in turns; the best of each, as the machine is
/// noisy.
static void compare(uint16_t port, uint16_t bare_port, const char* path) {
  const auto text
    = std::string{"GET "} + path
      + " HTTP/1.1\r\nHost: codius.example.com\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
  bench::figures host, bare;
  for (int round = 0; round < 5; ++round) {
    for (auto* at : {&host, &bare}) {
      const auto now = bench::load(at == &host ? port : bare_port, text, 64,
                                   0.4); // one connection is good for 1000
      if (now.per_second > at->per_second)
        *at = now;
    }
  }
  std::printf("http: codiusd %-8s %6.0f requests/s, p99 %.2f ms; bare Beast %6.0f requests/s, p99 "
              "%.2f ms; ratio %.2f\n",
              path, host.per_second, host.p99_ms, bare.per_second, bare.p99_ms,
              host.per_second / bare.per_second);
}

int main(int argc, char** argv) {
  asio::io_context ours_io{1}, bare_io{1};
  net::server_parts parts;
  parts.door.utc_now = [] {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  };
  parts.api = version;
  net::server_settings settings;
  settings.limits.requests_per_connection = SIZE_MAX; // the bare server has no limits at all
  const auto routes = std::make_shared<net::route_table>();
  const auto door = parts.door;
  parts.proxy = [routes, door](asio::io_context& io) {
    return net::make_forwarder(io, routes, {}, door, std::make_shared<net::proxy_counters>());
  };
  net::http_server ours{{&ours_io}, settings, std::move(parts)};
  if (!ours.start())
    return 1;
  tcp::acceptor bare{bare_io, {asio::ip::address_v4::loopback(), 0}};
  asio::co_spawn(bare_io, bare_accept(bare), asio::detached);
  std::thread a{[&] { ours_io.run(); }}, b{[&] { bare_io.run(); }};

  const std::string request = "GET /version HTTP/1.1\r\nHost: codius.example.com\r\n"
                              "User-Agent: bench\r\nAccept: */*\r\n\r\n";
  const std::string label(52, 'a');
  const auto bare_port = bare.local_endpoint().port();
  (void)routes->publish({label}, net::route_state::running, {"127.0.0.1", bare_port}, {});
  const auto to_pod = "GET /version HTTP/1.1\r\nHost: " + label
                      + ".codius.example.com\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
  double best_ours = 0, best_bare = 0, best_proxied = 0;
  for (int round = 0; round < 5; ++round) {
    best_ours = std::max(best_ours, bench::requests_per_second(ours.port(), request, 32, 1.0));
    best_proxied = std::max(best_proxied, bench::requests_per_second(ours.port(), to_pod, 32, 1.0));
    best_bare = std::max(best_bare, bench::requests_per_second(bare_port, request, 32, 1.0));
  }
  std::printf("http: codiusd %.0f requests/s, bare Beast %.0f requests/s, ratio %.2f\n", best_ours,
              best_bare, best_ours / best_bare);
  std::printf("http: through the proxy %.0f requests/s\n", best_proxied);
  if (argc > 1)
    for (const char* path : {"/version", "/info"})
      compare(static_cast<uint16_t>(std::atoi(argv[1])), bare_port, path);
  ours_io.stop();
  bare_io.stop();
  a.join();
  b.join();
}
