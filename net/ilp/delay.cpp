#include "net/ilp/delay.hpp"

#include <boost/asio/steady_timer.hpp>

namespace codius::net {

delay steady_delay(asio::any_io_executor io) {
  return [io = std::move(io)](std::chrono::milliseconds after, std::function<void()> then) {
    auto timer = std::make_shared<asio::steady_timer>(io);
    // The callback may already be queued when it is called off, so the function itself decides.
    auto pending = std::make_shared<std::function<void()>>(std::move(then));
    timer->expires_after(after);
    timer->async_wait([timer, pending](const boost::system::error_code&) {
      if (const auto f = std::exchange(*pending, nullptr))
        f();
    });
    return [weak = std::weak_ptr{timer}, pending] {
      *pending = nullptr;
      if (const auto live = weak.lock())
        live->cancel();
    };
  };
}

wake_up::~wake_up() {
  if (cancel_)
    cancel_();
}

asio::awaitable<bool> wake_up::wait(std::chrono::milliseconds limit) {
  if (std::exchange(notified_, false))
    co_return true;
  auto start = [this, limit](auto handler) {
    auto once = std::make_shared<decltype(handler)>(std::move(handler));
    resume_ = [once, io = io_](bool notified) {
      asio::post(io, [once, notified] { (*once)(notified); });
    };
    cancel_ = after_(limit, [this] { finish(false); });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(bool)>(
    start, asio::use_awaitable);
}

void wake_up::notify() {
  if (resume_)
    finish(true);
  else
    notified_ = true;
}

void wake_up::finish(bool notified) {
  if (!resume_)
    return;
  std::exchange(cancel_, nullptr)();
  std::exchange(resume_, nullptr)(notified);
}

asio::awaitable<void> pause(asio::any_io_executor io, delay after, std::chrono::milliseconds time) {
  wake_up never{std::move(io), std::move(after)};
  (void)co_await never.wait(time);
}

} // namespace codius::net
