#include "runtime/client/barrier.hpp"

namespace codius::client {

barrier::barrier(size_t parties, stopper& stop)
  : missing_(parties), on_stop_(stop.on_stop([this, &stop] { in_vain_.request(stop.reason()); })) {}

asio::awaitable<done> barrier::arrive() {
  if (state_ == state::open)
    co_return well();
  count();
  if (state_ == state::waiting && !in_vain_.requested()) {
    const asio::any_io_executor io = co_await asio::this_coro::executor;
    const auto opened = std::make_shared<net::wake_up>(io, net::steady_delay(io));
    waiting_.push_back(opened);
    const auto hook = in_vain_.on_stop([opened] { opened->notify(); });
    (void)co_await opened->wait(std::chrono::hours{24 * 365});
  }
  if (state_ == state::open)
    co_return well();
  co_return stop_failure(in_vain_);
}

void barrier::leave() { count(); }

void barrier::count() {
  if (state_ != state::waiting || --missing_ > 0)
    return;
  state_ = state::open;
  for (const auto& one : waiting_)
    one->notify();
}

void barrier::call_off() {
  if (state_ != state::waiting)
    return;
  state_ = state::closed;
  in_vain_.request(stop_reason::called_off);
}

} // namespace codius::client
