#include "runtime/actor/ask.hpp"
#include "runtime/actor/pipe_to.hpp"
#include "runtime/actor/run_blocking.hpp"
#include "tests/support/actor_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>
#include <thread>

using namespace codius;
using namespace std::chrono_literals;

namespace {

struct twice {
  int n = 0;
};
struct touch {};
struct never {};
struct piped {
  result<std::string> outcome = std::string{};
};
template <class Inspector>
auto inspect(Inspector& f, twice& x) {
  return f(x.n);
}

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(touch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(never)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(piped)

namespace {

using calc_actor = caf::typed_actor<caf::replies_to<twice>::with<int>, caf::reacts_to<touch>,
                                    caf::replies_to<never>::with<int>>;

calc_actor::behavior_type calc(calc_actor::pointer self) {
  return {
    [](const twice& q) -> caf::result<int> {
      if (q.n < 0)
        return runtime::to_caf({errc::invalid, "negative"});
      return 2 * q.n;
    },
    [](touch) {},
    [self](never) -> caf::result<int> { return self->make_response_promise<int>(); },
  };
}

/// Holds the io_context so that it outlives the actor system.
struct io_first {
  asio::io_context io;
};

struct ask_fixture : io_first, tests::actor_fixture {
  calc_actor calculator = sys.spawn(calc);
  std::vector<std::string> seen;

  ~ask_fixture() override { stop(calculator); }

  void run() override {
    do {
      io.restart();
      io.poll();
    } while (sched.run() > 0 || io.poll() > 0);
  }
};

template <class Reply, class Handle, class Message>
asio::awaitable<void> asker(caf::actor_system& sys, Handle dst, std::chrono::milliseconds limit,
                            Message msg, std::shared_ptr<std::optional<result<Reply>>> out) {
  *out = co_await runtime::ask<Reply>(sys, dst, limit, std::move(msg));
}

template <class Reply, class Handle, class Message>
auto ask_later(ask_fixture& f, Handle dst, std::chrono::milliseconds limit, Message msg) {
  auto out = std::make_shared<std::optional<result<Reply>>>();
  asio::co_spawn(f.io, asker<Reply>(f.sys, dst, limit, std::move(msg), out), asio::detached);
  f.run();
  return out;
}

asio::awaitable<result<std::string>> canned(result<std::string> outcome) { co_return outcome; }
asio::awaitable<result<std::string>> throwing() {
  throw std::runtime_error("boom");
  co_return std::string{};
}

} // namespace

TEST_SUITE("runtime/actor/ask") {
  TEST_CASE_FIXTURE(ask_fixture, "a typed actor's answer comes back") {
    const auto out = ask_later<int>(*this, calculator, 1s, twice{21});
    REQUIRE(*out);
    REQUIRE(**out);
    CHECK(***out == 42);
  }

  TEST_CASE_FIXTURE(ask_fixture, "an actor's error comes back as it was") {
    const auto out = ask_later<int>(*this, calculator, 1s, twice{-1});
    REQUIRE(*out);
    CHECK((*out)->error() == error{errc::invalid, "negative"});
  }

  TEST_CASE_FIXTURE(ask_fixture, "an empty answer is a success") {
    const auto out = ask_later<std::monostate>(*this, calculator, 1s, touch{});
    REQUIRE(*out);
    CHECK(**out);
  }

  TEST_CASE_FIXTURE(ask_fixture, "another type than asked for is a fault of ours") {
    const auto anything = caf::actor_cast<caf::actor>(calculator);
    const auto text = ask_later<std::string>(*this, anything, 1s, twice{1});
    const auto none = ask_later<std::monostate>(*this, anything, 1s, twice{1});
    const auto some = ask_later<int>(*this, anything, 1s, touch{});
    for (const auto& code : {(*text)->error().code, (*none)->error().code, (*some)->error().code})
      CHECK(code == errc::internal);
  }

  TEST_CASE_FIXTURE(ask_fixture, "nobody there is unavailable") {
    const auto none = ask_later<int>(*this, calc_actor{}, 1s, twice{1});
    CHECK((*none)->error().code == errc::unavailable);
    const auto gone = sys.spawn(calc);
    stop(gone);
    const auto dead = ask_later<int>(*this, gone, 1s, twice{1});
    CHECK((*dead)->error().code == errc::unavailable);
  }

  TEST_CASE_FIXTURE(ask_fixture, "an actor that dies with the question pending is late") {
    const auto victim = sys.spawn(calc);
    const auto out = ask_later<int>(*this, victim, 1s, never{});
    CHECK_FALSE(*out);
    stop(victim);
    advance(1s);
    REQUIRE(*out);
    CHECK((*out)->error().code == errc::timed_out);
  }

  TEST_CASE_FIXTURE(ask_fixture, "each deadline is kept, whatever the order of asking") {
    const auto slow = ask_later<int>(*this, calculator, 5s, never{});
    const auto fast = ask_later<int>(*this, calculator, 2s, never{});
    const auto mid = ask_later<int>(*this, calculator, 3s, never{});
    const auto at
      = [&] { return std::string{*slow ? "s" : "-"} + (*fast ? "f" : "-") + (*mid ? "m" : "-"); };
    const std::pair<std::chrono::milliseconds, std::string> rows[] = {
      {1999ms, "---"}, {1ms, "-f-"}, {999ms, "-f-"}, {1ms, "-fm"}, {1999ms, "-fm"}, {1ms, "sfm"}};
    for (const auto& [by, expected] : rows) {
      advance(by);
      CHECK(at() == expected);
    }
    CHECK((*slow)->error().code == errc::timed_out);
    const auto later = ask_later<int>(*this, calculator, 1s, never{});
    advance(1s);
    CHECK((*later)->error().code == errc::timed_out);
  }

  TEST_CASE_FIXTURE(ask_fixture,
                    "a question that nobody answers before the end is dropped cleanly") {
    const auto out = ask_later<int>(*this, calculator, 1h, never{});
    CHECK_FALSE(*out);
  }

  TEST_CASE("deadlines hold on the real clock, too") {
    asio::io_context io;
    caf::actor_system_config cfg;
    cfg.set("scheduler.policy", caf::atom("sharing"));
    caf::actor_system sys{cfg};
    const auto calculator = sys.spawn(calc);
    std::vector<std::shared_ptr<std::optional<result<int>>>> outs;
    for (auto limit : {30ms, 10ms, 20ms}) {
      outs.push_back(std::make_shared<std::optional<result<int>>>());
      asio::co_spawn(io, asker<int>(sys, calculator, limit, never{}, outs.back()), asio::detached);
    }
    io.run();
    caf::anon_send_exit(calculator, caf::exit_reason::user_shutdown);
    for (const auto& out : outs)
      CHECK((*out)->error().code == errc::timed_out);
  }

  TEST_CASE("many coroutines on real threads each get their own answer") {
    asio::io_context io;
    caf::actor_system_config cfg;
    cfg.set("scheduler.policy", caf::atom("sharing"));
    caf::actor_system sys{cfg};
    const auto calculator = sys.spawn(calc);
    std::vector<std::shared_ptr<std::optional<result<int>>>> outs;
    for (int i = 0; i < 2000; ++i) {
      outs.push_back(std::make_shared<std::optional<result<int>>>());
      const twice question{i};
      asio::co_spawn(io, asker<int>(sys, calculator, 60s, question, outs.back()), asio::detached);
    }
    std::thread other{[&] { io.run(); }};
    io.run();
    other.join();
    caf::anon_send_exit(calculator, caf::exit_reason::user_shutdown);
    for (int i = 0; i < 2000; ++i) {
      REQUIRE(*outs[i]);
      CHECK(***outs[i] == 2 * i);
    }
  }
}

TEST_SUITE("runtime/actor/pipe_to") {
  TEST_CASE_FIXTURE(ask_fixture, "a value, an error and an exception all become a message") {
    const auto sink = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const piped& p) {
        seen.push_back(p.outcome ? *p.outcome : to_string(p.outcome.error().code));
      }};
    });
    const auto wrap = [](result<std::string> r) { return piped{std::move(r)}; };
    runtime::pipe_to(io.get_executor(), sink, canned(std::string{"fine"}), wrap);
    runtime::pipe_to(io.get_executor(), sink, canned(error{errc::busy, ""}), wrap);
    runtime::pipe_to(io.get_executor(), sink, throwing(), wrap);
    run();
    CHECK(seen == std::vector<std::string>{"fine", "busy", "internal"});
    stop(sink);
  }
}

TEST_SUITE("runtime/actor/run_blocking") {
  TEST_CASE_FIXTURE(ask_fixture, "blocking work runs elsewhere and comes back as a message") {
    const auto here = std::this_thread::get_id();
    const auto sink = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const piped& p) {
        seen.push_back(p.outcome ? *p.outcome : p.outcome.error().detail);
      }};
    });
    const auto wrap = [](result<std::string> r) { return piped{std::move(r)}; };
    asio::thread_pool pool{1};
    runtime::run_blocking(
      pool.get_executor(), sink,
      [here]() -> result<std::string> {
        return std::string{std::this_thread::get_id() == here ? "here" : "elsewhere"};
      },
      wrap);
    runtime::run_blocking(
      pool.get_executor(), sink, []() -> result<std::string> { throw std::runtime_error("boom"); },
      wrap);
    pool.join();
    run();
    CHECK(seen == std::vector<std::string>{"elsewhere", "boom"});
    stop(sink);
  }
}
