#pragma once
#include "net/http/stream_handler.hpp"
#include "net/proxy/route_table.hpp"
#include "net/proxy/settings.hpp"

#include <memory>
#include <optional>
#include <string>

// Part of the forwarder; nobody else includes this.

namespace codius::net {

/// One request and its answer on their way through the proxy: the client's and the pod's stream
/// and what has happened on them. The request's body flows in a coroutine of its own, so that an
/// answer may come before the request has ended.
class exchange : public std::enable_shared_from_this<exchange> {
public:
  exchange(stream_request r, const proxy_settings& s);

  /// Status 0: nobody is there to be answered.
  using outcome = std::optional<http_fault>;

  /// Sends `head_text` and starts to stream the body to `pod`. False when the pod takes nothing.
  asio::awaitable<bool> send_request(std::string head_text);
  /// Waits for the final head of the pod's answer, or a 101 if that was asked for; passes other
  /// interim answers on. `stale` is set when a pooled connection turned out to be dead.
  asio::awaitable<outcome> read_answer(response_head& out, bool upgrading);
  /// Passes the answer on. True when it reached the client to its end.
  asio::awaitable<bool> relay_answer(const response_head& head);
  /// Ends what is under way on behalf of this exchange. `pod` may be kept if `pod_reusable`.
  asio::awaitable<void> finish();

  /// While nothing is read from the client: notices that it goes away, and then closes `pod`.
  void watch_client();
  void stop_watching();

  bool has_body() const noexcept { return request.head.body.how != body_framing::kind::none; }
  /// The request's last octet was taken off the client's stream.
  bool request_taken() const noexcept { return !has_body() || request_done; }

  stream_request request;
  const proxy_settings& settings;
  std::shared_ptr<timed_socket> client, pod;
  asio::steady_timer pause; ///< between tries to connect
  bool pooled = false;      ///< `pod` came out of the pool
  bool stale = false;
  bool client_gone = false;
  bool pod_reusable = false;
  bool request_done = false; ///< all of the body was sent to the pod
  bool told_close = false;   ///< the answer said that the client's connection ends

private:
  asio::awaitable<void> pump_body(std::string out);
  outcome take_body(class body_decoder& decoder, std::string& out);
  asio::awaitable<bool> take_more_body(class rate_floor& floor, bool begun);
  asio::awaitable<outcome> next_head(response_head& out);
  asio::awaitable<outcome> wait_for_answer();
  outcome silence(error_code ec);
  asio::awaitable<bool> more_answer(class body_decoder& decoder);
  void lose_client();
  void on_client_readable();

  asio::steady_timer joined_, half_close_;
  bool pumping_ = false;
  bool finished_ = false;
  bool watching_ = false;
  bool bare_lf_ = false;
  outcome body_fault_;
  timed_socket::time_point request_end_;
};

} // namespace codius::net
