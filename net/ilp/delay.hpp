#pragma once
#include "net/asio.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace codius::net {

/// Runs `then` once, `after` from now; never again after the function it returns was called, which
/// may be at any time. Handed in so that tests can move the time; all on one executor.
using delay = std::function<std::function<void()>(std::chrono::milliseconds after,
                                                  std::function<void()> then)>;

/// The real thing, on the machine's monotonic clock.
delay steady_delay(asio::any_io_executor io);

/// Lets one coroutine wait until something happened or a time is over. Single executor. Destroyed
/// during a wait, it leaves the waiter suspended for good.
class wake_up {
public:
  wake_up(asio::any_io_executor io, delay after) : io_(std::move(io)), after_(std::move(after)) {}
  ~wake_up();
  wake_up(const wake_up&) = delete;
  wake_up& operator=(const wake_up&) = delete;

  /// True when `notify` came, now or since the last wait; false when `limit` was over first.
  asio::awaitable<bool> wait(std::chrono::milliseconds limit);
  /// Also without anyone waiting: the next wait then returns at once.
  void notify();

private:
  void finish(bool notified);

  asio::any_io_executor io_;
  delay after_;
  std::function<void()> cancel_;
  std::function<void(bool)> resume_;
  bool notified_ = false;
};

/// Suspends for `time`.
asio::awaitable<void> pause(asio::any_io_executor io, delay after, std::chrono::milliseconds time);

} // namespace codius::net
