#pragma once
#include "messages/env.hpp"
#include "net/ilp/condition.hpp"
#include "net/ilp/link.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <random>

namespace codius::tests {

/// An executor that the test turns by hand, a clock that stands still, and dice that always fall
/// the same.
struct ilp_fixture {
  asio::io_context io;
  std::shared_ptr<utc_time> now
    = std::make_shared<utc_time>(std::chrono::sys_days{std::chrono::year{2030} / 1 / 1});
  env world = make_env(now);

  static env make_env(std::shared_ptr<utc_time> now) {
    auto dice = std::make_shared<std::mt19937>(1);
    return {[now] { return *now; },
            [dice](std::span<std::byte> out) {
              for (auto& b : out)
                b = static_cast<std::byte>((*dice)());
            }};
  }

  /// Turns the executor until `done`; ten seconds are for a hung test only.
  void until(const std::function<bool()>& done) {
    io.restart();
    while (!done())
      REQUIRE(io.run_one_for(std::chrono::seconds{10}) == 1);
  }

  /// Runs `task` to its end.
  template <class T>
  T run(asio::awaitable<T> task) {
    auto out = std::make_shared<std::optional<T>>();
    asio::co_spawn(io, deliver(std::move(task), out), asio::detached);
    until([&] { return out->has_value(); });
    return **std::move(out);
  }

  /// Starts `task`; the answer appears in what is returned.
  template <class T>
  std::shared_ptr<std::optional<T>> begin(asio::awaitable<T> task) {
    auto out = std::make_shared<std::optional<T>>();
    asio::co_spawn(io, deliver(std::move(task), out), asio::detached);
    return out;
  }

  /// Does everything that can be done without waiting.
  void settle() {
    io.restart();
    while (io.poll() != 0) {
    }
  }

private:
  template <class T>
  static asio::awaitable<void> deliver(asio::awaitable<T> task,
                                       std::shared_ptr<std::optional<T>> out) {
    *out = co_await std::move(task);
  }
};

inline net::octets32 preimage(int seed) {
  net::octets32 out{};
  out[0] = static_cast<std::byte>(seed);
  return out;
}

/// A Prepare that `preimage(seed)` fulfills.
inline net::ilp_prepare make_prepare(std::string to, uint64_t amount, utc_time expires,
                                     int seed = 7) {
  return {amount, expires, net::sha256(preimage(seed)), std::move(to), {}};
}

inline bool fulfilled(const net::ilp_reply& reply) {
  return std::holds_alternative<net::ilp_fulfill>(reply);
}
inline std::string code_of(const net::ilp_reply& reply) {
  const auto* reject = std::get_if<net::ilp_reject>(&reply);
  return reject ? reject->code : "fulfilled";
}
inline std::string origin_of(const net::ilp_reply& reply) {
  const auto* reject = std::get_if<net::ilp_reject>(&reply);
  return reject ? reject->triggered_by : "";
}

inline asio::awaitable<net::ilp_reply> answer_now(net::ilp_reply reply) { co_return reply; }

/// Fulfills with `preimage(7)` and remembers what came.
struct greedy_receiver {
  std::shared_ptr<std::vector<net::ilp_prepare>> got
    = std::make_shared<std::vector<net::ilp_prepare>>();
  asio::awaitable<net::ilp_reply> operator()(net::ilp_prepare p) const {
    got->push_back(std::move(p));
    net::ilp_fulfill yes{preimage(7), {}};
    return answer_now(std::move(yes));
  }
};

} // namespace codius::tests
