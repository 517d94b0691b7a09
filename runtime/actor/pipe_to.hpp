#pragma once
#include "messages/error.hpp"
#include "net/asio.hpp"

#include <caf/send.hpp>

namespace codius::runtime {

/// Awaits `op` and mails `wrap(outcome)` to `dst`; use `pipe_to`.
template <class Handle, class T, class Wrap>
asio::awaitable<void> relay(Handle dst, asio::awaitable<result<T>> op, Wrap wrap) {
  result<T> outcome = error{errc::internal, "operation threw"};
  try {
    outcome = co_await std::move(op);
  } catch (const std::exception& e) {
    outcome = error{errc::internal, e.what()};
  } catch (...) { // the outcome says so already
  }
  caf::anon_send(dst, wrap(std::move(outcome)));
}

/// Runs `op` on `io` and mails `wrap(outcome)`, a message, to `dst`; returns at once. An exception
/// becomes an `internal` error. A `dst` that is gone by then hears nothing. Nothing is mailed when
/// `io` stops first. Any thread may call it; `wrap` runs on `io` and must not throw.
template <class Handle, class T, class Wrap>
void pipe_to(const asio::any_io_executor& io, Handle dst, asio::awaitable<result<T>> op,
             Wrap wrap) {
  asio::co_spawn(io, relay(std::move(dst), std::move(op), std::move(wrap)), asio::detached);
}

} // namespace codius::runtime
