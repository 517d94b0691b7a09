#pragma once
#include "net/asio.hpp"
#include "runtime/actor/ask_desk.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <caf/response_type.hpp>

#include <type_traits>

namespace codius::runtime {

/// Resumes a coroutine on its own executor, and keeps that executor running until then.
template <class Reply, class Handler>
class waiting_coroutine final : public pending_ask {
public:
  waiting_coroutine(asio::any_io_executor io, Handler handler)
    : io_(io), work_(std::move(io)), handler_(std::move(handler)) {}

  void answered(caf::type_erased_tuple* content) override {
    if constexpr (std::is_same_v<Reply, std::monostate>) {
      if (!content)
        return resume(std::monostate{});
    } else {
      if (content && content->template match_elements<Reply>())
        return resume(content->template move_if_unshared<Reply>(0));
    }
    if (content && content->template match_elements<caf::error>())
      return resume(from_caf(content->template get_as<caf::error>(0)));
    resume(error{errc::internal, "an actor answered with another type than asked for"});
  }

  void failed(error why) override { resume(std::move(why)); }

private:
  void resume(result<Reply> r) {
    asio::post(io_, [h = std::move(handler_), r = std::move(r)]() mutable { h(std::move(r)); });
  }

  asio::any_io_executor io_;
  asio::executor_work_guard<asio::any_io_executor> work_;
  Handler handler_;
};

/// What an actor of interface `Handle` answers to `Message`, as `ask` must be told.
template <class Handle, class Message, class Reply>
constexpr bool answers_with() {
  using signatures = typename Handle::signatures;
  if constexpr (std::is_same_v<signatures, caf::none_t>) {
    return true; // dynamically typed: checked when the answer comes
  } else {
    using expected
      = std::conditional_t<std::is_same_v<Reply, std::monostate>, caf::detail::type_list<void>,
                           caf::detail::type_list<Reply>>;
    using empty = caf::detail::type_list<>;
    using actual = caf::response_type_t<signatures, Message>;
    return std::is_same_v<
             actual,
             expected> || (std::is_same_v<Reply, std::monostate> && std::is_same_v<actual, empty>);
  }
}

/// Sends `msg` to `dst` and suspends until the reply, an error, or `timeout`, which has to be
/// given and runs on the actor system's clock. Resumes on the coroutine's own executor; no thread
/// waits. `Reply` is `std::monostate` for a message that is answered without content. Errors: those
/// of the actor; `unavailable` for a null `dst` or an actor that is gone; `timed_out`.
template <class Reply, class Handle, class Message>
asio::awaitable<result<Reply>> ask(caf::actor_system& sys, Handle dst,
                                   std::chrono::milliseconds timeout, Message msg) {
  static_assert(answers_with<Handle, Message, Reply>(), "this actor answers with another type");
  if (!dst)
    co_return error{errc::unavailable, "a part of this host restarts; ask again in a moment"};
  auto io = co_await asio::this_coro::executor;
  auto start = [&](auto handler) {
    using waiting = waiting_coroutine<Reply, decltype(handler)>;
    ask_desk::ask(sys, caf::actor_cast<caf::strong_actor_ptr>(dst), timeout,
                  caf::make_message(std::move(msg)),
                  std::make_unique<waiting>(io, std::move(handler)));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(result<Reply>)>(
    start, asio::use_awaitable);
}

} // namespace codius::runtime
