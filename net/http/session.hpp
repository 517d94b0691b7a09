#pragma once
#include "net/http/head.hpp"
#include "net/http/message.hpp"
#include "net/http/timed_socket.hpp"

#include <memory>
#include <optional>
#include <string>

// Part of http_server; nobody else includes this.

namespace codius::net {

class listener;
class server_core;
class stream_body;
struct answer_style;
struct server_limits;

/// One connection of a client: reads heads, sends requests to the proxy or the API handler, and
/// keeps the limits. On its listener's thread.
class session : public std::enable_shared_from_this<session> {
public:
  session(listener& owner, tcp::socket socket, const tcp::endpoint& peer);

  asio::awaitable<void> run();
  /// True while no request is being served.
  bool idle() const noexcept { return idle_; }
  void close();
  /// Tells a streamed answer that it is over.
  void end_stream();

private:
  /// Nothing: a request. A fault of status 0: the client is gone or was idle for too long.
  using outcome = std::optional<http_fault>;
  asio::awaitable<outcome> read_head(request_head& out);
  outcome head_in_buffer(head_scanner& scanner, request_head& out, bool& complete);
  asio::awaitable<bool> serve(request_head head, bool last);
  asio::awaitable<bool> serve_api(request_head head, bool last);
  asio::awaitable<outcome> read_body(body_framing framing, std::string& out);
  outcome body_in_buffer(class body_decoder& decoder, std::string& out);
  std::optional<http_response> quick_answer(const http_request& request);
  asio::awaitable<http_response> answer(http_request request);
  asio::awaitable<bool> send_stream(const http_response& response, answer_style style);
  asio::awaitable<bool> run_stream(std::string head, const http_response& response, bool chunked);
  void tell_fault(const std::string& why);
  asio::awaitable<void> refuse(http_fault fault, const http_fields& asked);
  milliseconds linger() const;
  outcome to_request(request_head& head, http_request& out) const;

  listener& owner_;
  server_core& core_;
  const server_limits& limits_;
  std::shared_ptr<timed_socket> client_;
  std::string peer_ip_;
  uint16_t peer_port_;
  std::shared_ptr<stream_body> stream_; ///< of the answer under way; null: none
  bool idle_ = true;
};

} // namespace codius::net
