#include "runtime/client/stopper.hpp"

namespace codius::client {

void stopper::request(stop_reason why) {
  if (requested())
    return;
  reason_ = why;
  // A hook may take others away.
  while (!hooks_.empty()) {
    auto first = hooks_.extract(hooks_.begin());
    first.mapped()();
  }
}

stopper::hook stopper::on_stop(std::function<void()> then) {
  const auto key = next_key_++;
  if (requested())
    then();
  else
    hooks_.emplace(key, std::move(then));
  return {*this, key};
}

failure stop_failure(const stopper& stop) {
  if (stop.reason() == stop_reason::interrupted)
    return {exit_code::interrupted, "interrupted", {}};
  if (stop.reason() == stop_reason::called_off)
    return {exit_code::host, "called off, as another host cannot be used", {}};
  return {exit_code::timed_out, "the time is over", "Give it more with --timeout"};
}

asio::awaitable<void> rest(std::chrono::milliseconds time, stopper& stop) {
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  const auto over = std::make_shared<net::wake_up>(io, net::steady_delay(io));
  const auto hook = stop.on_stop([over] { over->notify(); });
  (void)co_await over->wait(time);
}

} // namespace codius::client
