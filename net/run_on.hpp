#pragma once
#include "net/asio.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <memory>
#include <type_traits>

namespace codius::net {

/// Runs `fn` on `where` while the coroutine waits, and gives what it returned. For work that would
/// hold up the coroutine's own thread; `fn` must own what it uses and must not throw. The answer
/// never comes when `where` stops first.
template <class Fn>
asio::awaitable<std::invoke_result_t<Fn&>> run_on(asio::any_io_executor where, Fn fn) {
  using outcome = std::invoke_result_t<Fn&>;
  const auto back = co_await asio::this_coro::executor;
  auto start = [&](auto handler) {
    auto once = std::make_shared<decltype(handler)>(std::move(handler));
    asio::executor_work_guard<asio::any_io_executor> work{back};
    asio::post(where, [back, once, work = std::move(work), fn = std::move(fn)]() mutable {
      auto out = std::make_shared<outcome>(fn());
      asio::post(back, [once, out] { (*once)(std::move(*out)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(outcome)>(
    start, asio::use_awaitable);
}

} // namespace codius::net
