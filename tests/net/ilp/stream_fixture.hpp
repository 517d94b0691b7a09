#pragma once
#include "net/ilp/stream_sender.hpp"
#include "net/ilp/stream_server.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"

#include <map>
#include <random>

namespace codius::tests {

/// `ilp_fixture` whose time passes by itself whenever nothing else can happen.
struct stream_fixture : ilp_fixture {
  using timer_key = std::pair<utc_time, int>;

  net::delay after = [this](std::chrono::milliseconds wait, std::function<void()> then) {
    const timer_key key{*now + wait, ++timers_made};
    timers.emplace(key, std::move(then));
    return [this, key] { timers.erase(key); };
  };

  /// Lets `time` pass, and all that happens meanwhile happen.
  void advance(std::chrono::milliseconds time) {
    const auto until = *now + time;
    settle();
    while (!timers.empty() && timers.begin()->first.first <= until) {
      fire();
      settle();
    }
    *now = until;
  }

  void until_done(const std::function<bool()>& done) {
    settle();
    for (int i = 0; !done(); ++i) {
      REQUIRE(i < 1'000'000);
      REQUIRE_FALSE(timers.empty()); // else it hangs
      fire();
      settle();
    }
  }

  template <class T>
  T finish(asio::awaitable<T> task) {
    auto out = begin(std::move(task));
    until_done([&] { return out->has_value(); });
    return **std::move(out);
  }

  std::map<timer_key, std::function<void()>> timers;
  int timers_made = 0;

private:
  void fire() {
    auto first = timers.extract(timers.begin());
    *now = std::max(*now, first.key().first);
    first.mapped()();
  }
};

inline const byte_buffer test_token = byte_buffer(16, std::byte{0x11});
inline const std::string test_tag = to_hex(test_token);

/// A server at test.host, a payer at test.client, and a path between them that the test shapes.
struct stream_pair_fixture : stream_fixture {
  stream_pair_fixture() { sender = make_sender(); }

  net::stream_server_deps server_deps() {
    net::stream_server_deps d;
    d.world = world;
    d.io = io.get_executor();
    d.secret = byte_buffer(32, std::byte{9});
    d.asset_code = "XRP";
    d.asset_scale = 6;
    d.own_address = [] { return std::string{"test.host"}; };
    d.send = [this](net::ilp_prepare p) { return to_client(std::move(p)); };
    d.credit = [this](std::string tag, uint64_t amount) { return credit(std::move(tag), amount); };
    d.on_stream = [this](std::string tag) { streams.push_back(std::move(tag)); };
    d.after = after;
    return d;
  }

  std::unique_ptr<net::stream_sender>
  make_sender(const std::function<void(net::stream_sender_options&)>& adjust = [](auto&) {}) {
    const auto pay = server.generate("test.host", test_token);
    net::stream_sender_options o;
    o.destination = pay.address;
    o.shared_secret = to_buffer(pay.shared_secret);
    o.own_address = net::make_client_address("test.client", world);
    o.asset = {"XRP", 9};
    adjust(o);
    net::stream_sender_deps d;
    d.world = world;
    d.io = io.get_executor();
    d.send = [this](net::ilp_prepare p) { return to_server(std::move(p)); };
    d.after = after;
    return std::make_unique<net::stream_sender>(std::move(d), std::move(o));
  }

  /// The path; amounts change on the way by `rate`.
  asio::awaitable<net::ilp_reply> to_server(net::ilp_prepare p) {
    ++packets;
    if (on_path)
      if (auto reject = on_path(p))
        co_return *std::move(reject);
    p.amount = rate.to_receiver(p.amount);
    p.expires_at -= std::chrono::seconds{1};
    auto reply = co_await server.handle(std::move(p));
    if (lose_reply && lose_reply())
      co_return net::make_reject("R00", "test.path", "no answer in time");
    co_return reply;
  }

  asio::awaitable<net::ilp_reply> to_client(net::ilp_prepare p) {
    ++announcements;
    if (!client_reachable)
      co_return net::make_reject("T01", "test.path", "link down");
    if (p.destination != sender->own_address())
      co_return net::make_reject("F02", "test.path", "");
    co_return co_await sender->handle(std::move(p));
  }

  asio::awaitable<status> credit(std::string tag, uint64_t amount) {
    co_await net::pause(io.get_executor(), after, std::chrono::milliseconds{5});
    if (!ledger_works)
      co_return error{errc::io, "disk full"};
    booked[tag] += amount;
    co_return ok();
  }

  std::vector<std::string> streams;
  std::map<std::string, uint64_t> booked;
  bool ledger_works = true;
  bool client_reachable = true;
  int packets = 0;
  int announcements = 0;
  net::stream_rate rate;
  std::function<std::optional<net::ilp_reply>(const net::ilp_prepare&)> on_path;
  std::function<bool()> lose_reply;
  net::stream_server server{server_deps()};
  std::unique_ptr<net::stream_sender> sender;
};

} // namespace codius::tests
