#pragma once
#include "messages/env.hpp"
#include "messages/error.hpp"
#include "net/asio.hpp"
#include "net/http/limits.hpp"
#include "net/http/message.hpp"
#include "net/http/stream_handler.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codius::net {

/// Answers an API request, on the connection's thread. Runs to its end even when the client goes
/// away meanwhile: a sale must not depend on that. What it throws becomes a 500. A HEAD comes as
/// HEAD; answer it like GET, the server leaves the body out.
using api_handler = std::function<asio::awaitable<http_response>(http_request)>;

/// Answers an API request that needs to wait for nothing, on the connection's thread, or gives
/// nothing: then `api_handler` gets it. Must not block. What it throws becomes a 500.
using quick_handler = std::function<std::optional<http_response>(const http_request&)>;

/// Makes the proxy of one thread.
using stream_handler_factory = std::function<std::unique_ptr<stream_handler>(asio::io_context&)>;

struct server_settings {
  std::string bind_ip = "127.0.0.1"; ///< IPv4 or IPv6 literal
  uint16_t port = 0;                 ///< 0: any free one
  /// Instead of those two: a unix socket that its owner alone may use. With one thread.
  std::string socket_path;
  server_limits limits;
};

/// Written by any thread, read by whoever shows metrics.
struct server_counters {
  std::atomic<uint64_t> accepted{0};    ///< connections
  std::atomic<uint64_t> turned_away{0}; ///< connections over a limit
  std::atomic<uint64_t> api_requests{0};
  std::atomic<uint64_t> pod_requests{0};
  std::atomic<uint64_t> refused{0};        ///< requests that broke a rule or limit of HTTP
  std::atomic<uint64_t> handler_faults{0}; ///< exceptions out of the API handler
  std::atomic<uint64_t> streams{0};        ///< streamed answers that began
  std::atomic<uint64_t> streams_open{0};   ///< … of them not ended yet
  std::atomic<uint64_t> streams_cut{0};    ///< … of them cut because the client stopped reading
};

/// What a server is made of.
struct server_parts {
  env door;                                         ///< for the Date field
  api_handler api;                                  ///< all hosts but those of pods
  quick_handler quick;                              ///< asked before `api`; may be empty
  stream_handler_factory proxy;                     ///< pods' hosts; empty: they go to `api` too
  std::function<void(const std::string&)> on_fault; ///< told what the handler threw; may be empty
  /// Completes an answer that the server gives by itself, to a request that the handler never sees.
  /// The fields are the request's, none where its head could not be read. May be empty.
  std::function<void(const http_fields&, http_response&)> on_refusal;
};

class server_core;
class listener;

/// An HTTP/1.1 server: one acceptor for each of the given threads, a connection stays on one.
/// Each `io_context` must be run by exactly one thread and outlive the server's connections.
///
/// Malformed or oversized input is answered with an error body (`error_response`) and
/// `Connection: close`.
class http_server {
public:
  http_server(std::vector<asio::io_context*> threads, server_settings settings, server_parts parts);
  ~http_server();

  /// Binds and begins to accept. Errors: `io`, naming address and reason, also when another
  /// program listens there already. Once, before or while the threads run.
  status start();
  /// The port bound by `start`.
  uint16_t port() const noexcept { return port_; }

  /// Stops accepting, closes idle connections and tunnels, tells streamed answers that they are
  /// over, lets requests finish within `limit`, then closes their connections too. The number of
  /// connections that are still there, which is 0 unless an API handler takes longer than that. On
  /// any single-threaded executor that is not stopped.
  asio::awaitable<size_t> stop(std::chrono::milliseconds limit);

  /// Open connections.
  size_t connections() const noexcept;
  const server_counters& counters() const noexcept;

private:
  status open_ports();
  status open_socket();
  asio::awaitable<void> wait_until_empty(std::chrono::milliseconds limit);

  std::vector<asio::io_context*> threads_;
  std::shared_ptr<server_core> core_;
  std::vector<std::shared_ptr<listener>> listeners_;
  uint16_t port_ = 0;
};

} // namespace codius::net
