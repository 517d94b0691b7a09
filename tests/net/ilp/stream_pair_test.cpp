#include "tests/net/ilp/stream_fixture.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

TEST_SUITE("net/ilp/stream_sender and stream_server") {
  TEST_CASE_FIXTURE(stream_pair_fixture, "a payment from the first probe to the last unit") {
    const auto found = finish(sender->connect());
    REQUIRE(found);
    CHECK(found->arrived == found->sent);
    CHECK(packets == 5);
    CHECK(sender->peer_asset() == stream_asset{"XRP", 6});
    CHECK_FALSE(server.has_stream(test_tag));

    CHECK(finish(sender->wait_ready(10s)));
    CHECK(server.has_stream(test_tag));
    CHECK(streams == std::vector{test_tag});

    sender->set_send_max(5'000);
    auto paying = begin(sender->run(60s));
    settle();
    CHECK(booked.empty()); // nothing allowed yet
    CHECK(server.allow(test_tag, 1'000));
    until_done([&] { return server.received(test_tag) == 1'000; });
    settle();
    CHECK(booked == std::map<std::string, uint64_t>{{test_tag, 1'000}});
    CHECK(sender->total_sent() == 1'000);
    CHECK(sender->total_delivered() == 1'000);
    CHECK(announcements == 1);

    server.stop_receiving(test_tag);
    server.forget(test_tag);
    sender->stop();
    settle();
    REQUIRE(paying->has_value());
    CHECK(**paying);
    CHECK_FALSE(server.has_stream(test_tag));
    const auto before = packets;
    auto closing = begin([](stream_sender& s) -> asio::awaitable<bool> {
      co_await s.close();
      co_return true;
    }(*sender));
    settle();
    CHECK(packets == before + 1);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture,
                    "a limit that is there when the stream opens saves a trip") {
    REQUIRE(finish(sender->connect()));
    auto ready = begin(sender->wait_ready(10s));
    settle();
    CHECK(server.allow(test_tag, 10));
    sender->set_send_max(10);
    REQUIRE(ready->has_value());
    CHECK(finish(sender->run(10s)));
    CHECK(booked[test_tag] == 10);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "the payer ends when all is sent") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, ~uint64_t{0}));
    sender->set_send_max(123'456);
    CHECK(finish(sender->run(10s)));
    CHECK(sender->total_sent() == 123'456);
    CHECK(booked[test_tag] == 123'456);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture,
                    "a receiver that allows nothing costs the payer only time") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    sender->set_send_max(100);
    const auto outcome = finish(sender->run(20s));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::timed_out);
    CHECK(sender->total_sent() == 0);
    CHECK(packets < 10);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "a single probe is enough when the path carries it") {
    sender = make_sender([](auto& o) { o.probes = {1'000'000}; });
    rate = {3, 7};
    const auto found = finish(sender->connect());
    REQUIRE(found);
    CHECK(packets == 1);
    CHECK(*found == stream_rate{428'571, 1'000'000});
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "a path that was probed smaller narrows down") {
    on_path = [](const ilp_prepare& p) -> std::optional<ilp_reply> {
      if (p.amount > 1'500)
        return amount_too_large("test.path", p.amount, 1'500);
      return std::nullopt;
    };
    sender = make_sender([](auto& o) { o.probes = {1'000'000}; });
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 10'000));
    sender->set_send_max(10'000);
    CHECK(finish(sender->run(10s)));
    CHECK(booked[test_tag] == 10'000);
    CHECK(packets == 2 + 1 + 7);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture,
                    "a payer that is told nothing hears of a raise by itself") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    sender->set_send_max(1'000);
    auto paying = begin(sender->run(60s));
    client_reachable = false;
    REQUIRE(server.allow(test_tag, 1'000));
    advance(250ms);
    CHECK(booked.empty());
    CHECK(announcements >= 2); // it keeps trying for a while
    client_reachable = true;
    until_done([&] { return paying->has_value(); });
    CHECK(**paying);
    CHECK(booked[test_tag] == 1'000);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "money that cannot be booked stays with the payer") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 1'000));
    sender->set_send_max(1'000);
    ledger_works = false;
    auto paying = begin(sender->run(60s));
    advance(1s);
    CHECK(sender->total_sent() == 0);
    CHECK(server.received(test_tag) == 0);
    ledger_works = true;
    until_done([&] { return paying->has_value(); });
    CHECK(**paying);
    CHECK(booked[test_tag] == 1'000);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "a second payer with the same token is turned away") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 1'000));
    auto second = make_sender();
    const auto refused = finish(second->connect());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::rejected);
    CHECK(refused.error().detail.find("another connection") != std::string::npos);
    // When the first has fallen silent and owes nothing, its place is free.
    server.stop_receiving(test_tag);
    advance(11s);
    sender = make_sender();
    CHECK(finish(sender->connect()));
    CHECK(finish(sender->wait_ready(10s)));
    CHECK(streams.size() == 2);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "a payment stopped half-way goes on where it was") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 1'000));
    server.stop_receiving(test_tag);
    sender->set_send_max(1'000);
    auto paying = begin(sender->run(60s));
    advance(2s);
    CHECK(booked.empty());
    CHECK(packets < 20); // it waits in between
    REQUIRE(server.allow(test_tag, 1'000));
    until_done([&] { return paying->has_value(); });
    CHECK(booked[test_tag] == 1'000);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "money after the end closes the payer's stream gently") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 1'000));
    settle();
    server.forget(test_tag);
    sender->set_send_max(1'000);
    CHECK(finish(sender->run(60s)));
    CHECK(sender->total_sent() == 0);
    CHECK(booked.empty());
  }
}

namespace {

// One payment over a bad path.
struct weather {
  std::mt19937 dice;
  uint64_t max_packet;
  explicit weather(uint32_t seed) : dice(seed), max_packet(1 + dice() % 5'000) {}
  bool chance(uint32_t percent) { return dice() % 100 < percent; }

  std::optional<ilp_reply> operator()(const ilp_prepare& p) {
    if (p.amount > max_packet)
      return amount_too_large("test.path", p.amount, max_packet);
    if (p.amount > 10 && chance(15))
      return make_reject("T04", "test.path", "");
    if (chance(10))
      return make_reject("T00", "test.path", "");
    return std::nullopt;
  }
};

} // namespace

TEST_SUITE("net/ilp/stream, over bad paths") {
  TEST_CASE("money is neither lost nor made, whatever the path does") {
    size_t complete = 0;
    for (uint32_t seed = 1; seed <= 300; ++seed) {
      CAPTURE(seed);
      stream_pair_fixture f;
      auto path = std::make_shared<weather>(seed);
      f.rate = {1 + path->dice() % 30, 1 + path->dice() % 30};
      const bool loses = seed % 3 == 0;
      f.on_path = [path](const ilp_prepare& p) { return (*path)(p); };
      if (loses)
        f.lose_reply = [path] { return path->chance(3); };
      if (!f.finish(f.sender->connect()))
        continue;
      if (!f.finish(f.sender->wait_ready(60s)))
        continue;
      const uint64_t price = 1 + path->dice() % 20'000;
      const uint64_t max = 1 + path->dice() % 100'000;
      f.sender->set_send_max(max);
      REQUIRE(f.server.allow(test_tag, price));
      auto paying = f.begin(f.sender->run(600s));
      f.until_done([&] { return paying->has_value() || f.server.received(test_tag) >= price; });
      f.sender->stop();
      f.until_done([&] { return paying->has_value(); });
      const auto arrived = f.booked[test_tag];
      complete += arrived >= price;
      CHECK(f.sender->total_sent() + f.sender->total_unresolved() <= max);
      CHECK(arrived <= price + price / 100 + 30); // a rounding up of the rate, and one per cent
      CHECK(arrived == f.server.received(test_tag));
      CHECK(f.sender->total_delivered() <= arrived);
      if (!loses) {
        CHECK(f.sender->total_delivered() == arrived);
        CHECK(f.sender->total_unresolved() == 0);
      }
    }
    CHECK(complete > 60);
  }
}

} // namespace codius::tests
