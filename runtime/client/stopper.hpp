#pragma once
#include "net/asio.hpp"
#include "net/ilp/delay.hpp"
#include "runtime/client/outcome.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace codius::client {

enum class stop_reason : uint8_t {
  none,
  interrupted,
  timed_out,
  called_off, ///< what it was for cannot be had any more
};

/// Tells whatever is under way that it must end. Single executor.
class stopper {
public:
  /// Takes a hook away when it dies. The stopper must outlive it.
  class [[nodiscard]] hook {
  public:
    hook(stopper& owner, uint64_t key) : owner_(&owner), key_(key) {}
    hook(hook&& o) noexcept : owner_(std::exchange(o.owner_, nullptr)), key_(o.key_) {}
    hook& operator=(hook&&) = delete;
    ~hook() {
      if (owner_)
        owner_->hooks_.erase(key_);
    }

  private:
    stopper* owner_;
    uint64_t key_;
  };

  /// The first reason counts; every hook is called once.
  void request(stop_reason why);
  stop_reason reason() const { return reason_; }
  bool requested() const { return reason_ != stop_reason::none; }
  /// `then` runs when the end is requested, or at once when it was.
  hook on_stop(std::function<void()> then);

private:
  stop_reason reason_ = stop_reason::none;
  std::map<uint64_t, std::function<void()>> hooks_;
  uint64_t next_key_ = 1;
};

/// Why a step ended when it was told to.
failure stop_failure(const stopper& stop);

/// What `work` returns; nothing when `limit` is over or the end is requested first. `work` goes on
/// unheeded then, so it must own all that it uses.
template <class T>
asio::awaitable<std::optional<T>> within(std::chrono::milliseconds limit, stopper& stop,
                                         asio::awaitable<T> work);

/// Waits for `time`, or until the end is requested.
asio::awaitable<void> rest(std::chrono::milliseconds time, stopper& stop);

// --- how ---------------------------------------------------------------------------------------

template <class T>
struct awaited {
  explicit awaited(asio::any_io_executor io) : done(io, net::steady_delay(io)) {}
  net::wake_up done;
  std::optional<T> value;
};

template <class T>
asio::awaitable<void> deliver_to(std::shared_ptr<awaited<T>> to, asio::awaitable<T> work) {
  to->value = co_await std::move(work);
  to->done.notify();
}

template <class T>
asio::awaitable<std::optional<T>> within(std::chrono::milliseconds limit, stopper& stop,
                                         asio::awaitable<T> work) {
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  auto state = std::make_shared<awaited<T>>(io);
  asio::co_spawn(io, deliver_to<T>(state, std::move(work)), asio::detached);
  const auto hook = stop.on_stop([state] { state->done.notify(); });
  (void)co_await state->done.wait(limit);
  co_return std::move(state->value);
}

} // namespace codius::client
