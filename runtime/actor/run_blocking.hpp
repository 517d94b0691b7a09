#pragma once
#include "messages/error.hpp"
#include "net/asio.hpp"

#include <caf/send.hpp>

#include <type_traits>

namespace codius::runtime {

/// Runs `fn`, which may block and returns a `result<T>`, on `pool`, the executor of a thread pool
/// (in tests: of a loop that the test steps), and mails `wrap(outcome)`, a message, to `dst`;
/// returns at once. An exception becomes an `internal` error.
/// Any thread may call it; `fn` and `wrap` run on the pool, so they must own what they use, and
/// `wrap` must not throw. Work that has not begun when the pool stops is dropped unanswered.
template <class Handle, class Fn, class Wrap>
void run_blocking(const asio::any_io_executor& pool, Handle dst, Fn fn, Wrap wrap) {
  using outcome_type = std::invoke_result_t<Fn&>;
  auto job = [dst = std::move(dst), fn = std::move(fn), wrap = std::move(wrap)]() mutable {
    outcome_type outcome = error{errc::internal, "operation threw"};
    try {
      outcome = fn();
    } catch (const std::exception& e) {
      outcome = error{errc::internal, e.what()};
    } catch (...) { // the outcome says so already
    }
    caf::anon_send(dst, wrap(std::move(outcome)));
  };
  asio::post(pool, std::move(job));
}

} // namespace codius::runtime
