#pragma once
#include "net/http/body_writer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace codius::tests {

/// The client of a streamed answer, on a clock that the test moves.
class scripted_writer final : public net::body_writer {
public:
  explicit scripted_writer(asio::io_context& io) : io_(io), due_(io), room_(io) {}

  std::string sent;       ///< all that was taken
  bool reads = true;      ///< false: a write waits until `read_on`
  bool lost = false;      ///< writes fail
  bool waiting = false;   ///< the producer waits for news
  size_t largest = 0;     ///< the largest piece

  asio::awaitable<bool> write(std::string_view piece) override {
    largest = std::max(largest, piece.size());
    boost::system::error_code ec;
    while (!reads && !lost) {
      room_.expires_at(time_point::max());
      co_await room_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
    if (!lost)
      sent += piece;
    co_return !lost;
  }
  asio::awaitable<bool> wait_until(time_point due) override {
    boost::system::error_code ec;
    waiting = true;
    for (wait_for_ = due; !over_ && !woken_ && now_ < due;) {
      due_.expires_at(time_point::max());
      co_await due_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
    waiting = woken_ = false;
    co_return !over_;
  }
  time_point now() override { return now_; }
  std::function<void()> waker() override {
    return [this] {
      woken_ = true;
      asio::post(io_, [this] { due_.cancel(); });
    };
  }
  bool over() const noexcept override { return over_; }

  void advance(std::chrono::milliseconds by) {
    now_ += by;
    due_.cancel();
  }
  void read_on() {
    reads = true;
    room_.cancel();
  }
  void leave() {
    over_ = lost = true;
    due_.cancel();
    room_.cancel();
  }
  /// What was taken since the last time.
  std::string take() { return std::exchange(sent, {}); }

private:
  asio::io_context& io_;
  asio::steady_timer due_, room_;
  time_point now_{std::chrono::hours{1}}, wait_for_{};
  bool over_ = false, woken_ = false;
};

} // namespace codius::tests
