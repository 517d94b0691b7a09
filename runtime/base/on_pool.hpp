#pragma once
#include "messages/error.hpp"
#include "net/asio.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <exception>
#include <functional>
#include <memory>

namespace codius::runtime {

/// Runs `fn`, which may block, on `pool`, and resumes the coroutine on its own executor with what
/// it returned. An exception becomes an `internal` error. The pool must run what was posted before
/// the coroutine's executor goes.
template <class T>
asio::awaitable<result<T>> on_pool(asio::any_io_executor pool, std::function<result<T>()> fn) {
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  auto start = [&](auto handler) {
    using handler_type = decltype(handler);
    auto resume = std::make_shared<handler_type>(std::move(handler));
    auto work = asio::make_work_guard(io);
    asio::post(pool, [resume, work, io, fn = std::move(fn)] {
      result<T> outcome = error{errc::internal, "operation threw"};
      try {
        outcome = fn();
      } catch (const std::exception& e) {
        outcome = error{errc::internal, e.what()};
      } catch (...) { // the outcome says so already
      }
      asio::post(io, [resume, outcome = std::move(outcome)]() mutable {
        (*resume)(std::move(outcome));
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(result<T>)>(
    start, asio::use_awaitable);
}

} // namespace codius::runtime
