#pragma once
#include "net/http/body_writer.hpp"
#include "net/http/timed_socket.hpp"

#include <atomic>
#include <string>

// Part of http_server; nobody else includes this.

namespace codius::net {

/// One streamed answer on its way to its client. Reads on meanwhile, so that it knows at once when
/// the client has gone; what a client sends ahead stays in the socket's buffer, and if that is full
/// a loss is seen at the next write.
class stream_body final : public body_writer, public std::enable_shared_from_this<stream_body> {
public:
  /// `chunked`: else the body ends with the connection.
  stream_body(std::shared_ptr<timed_socket> client, bool chunked, milliseconds stall);

  enum class outcome : uint8_t {
    whole, ///< sent to its end
    gone,  ///< the client left
    stalled,
  };
  /// Sends `head` and what `source` makes. Passes on what it throws.
  asio::awaitable<outcome> run(std::string head, const body_producer& source);
  /// Makes it `over`.
  void end();

  asio::awaitable<bool> write(std::string_view piece) override;
  asio::awaitable<bool> wait_until(time_point due) override;
  time_point now() override { return client_->now(); }
  std::function<void()> waker() override;
  bool over() const noexcept override { return over_; }

private:
  asio::awaitable<bool> send(std::string_view octets);
  asio::awaitable<void> watch();
  asio::awaitable<void> stop_watching();
  void wake();

  std::shared_ptr<timed_socket> client_;
  const bool chunked_;
  const milliseconds stall_;
  asio::steady_timer timer_;
  std::shared_ptr<std::atomic<bool>> wake_posted_ = std::make_shared<std::atomic<bool>>(false);
  outcome so_far_ = outcome::whole;
  bool over_ = false, woken_ = false, watching_ = false, done_ = false;
};

} // namespace codius::net
