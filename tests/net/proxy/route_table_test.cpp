#include "net/proxy/route_table.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace codius;
using namespace codius::net;

namespace {

pod_id pod(unsigned n) {
  std::string text(52, 'a');
  for (size_t i = 0; n > 0; ++i, n /= 26)
    text[i] = static_cast<char>('a' + n % 26);
  return {text};
}

constexpr utc_time now{std::chrono::seconds{1000}};

} // namespace

TEST_SUITE("net/proxy/route_table") {
  TEST_CASE("a route is found from publishing to withdrawing") {
    route_table table;
    CHECK(table.find(pod(1).text) == nullptr);
    CHECK(table.publish(pod(1), route_state::starting, {}, now));
    CHECK(table.find(pod(1).text)->state == route_state::starting);
    CHECK(table.publish(pod(1), route_state::running, {"10.0.0.2", 80}, now));
    const auto route = table.find(pod(1).text);
    CHECK(route->address == pod_address{"10.0.0.2", 80});
    CHECK(route->published_at == now);
    CHECK(table.size() == 1);
    CHECK(table.withdraw(pod(1)));
    CHECK_FALSE(table.withdraw(pod(1)));
    CHECK(table.find(pod(1).text) == nullptr);
    CHECK(table.size() == 0);
    CHECK(route->address.port == 80); // who holds it may finish
  }

  TEST_CASE("publishing the same again changes nothing, another address does") {
    route_table table;
    REQUIRE(table.publish(pod(1), route_state::running, {"10.0.0.2", 80}, now));
    const auto first = table.find(pod(1).text);
    REQUIRE(
      table.publish(pod(1), route_state::running, {"10.0.0.2", 80}, now + std::chrono::hours{1}));
    CHECK(table.find(pod(1).text) == first);
    const auto generation = table.generation();
    REQUIRE(table.publish(pod(1), route_state::running, {"10.0.0.3", 80}, now));
    CHECK(table.find(pod(1).text) != first);
    CHECK(table.generation() != generation);
  }

  TEST_CASE("a running pod needs a usable address") {
    route_table table;
    for (const pod_address& bad : {pod_address{"", 80}, pod_address{"10.0.0.2", 0},
                                   pod_address{"host", 80}, pod_address{"::1", 80}})
      CHECK(table.publish(pod(1), route_state::running, bad, now).error().code == errc::invalid);
    CHECK(table.publish(pod(1), route_state::no_port, {}, now));
  }

  TEST_CASE("ten thousand routes") {
    route_table table;
    for (unsigned i = 0; i < 10'000; ++i)
      REQUIRE(table.publish(pod(i), route_state::running,
                            {"10.0.0.2", static_cast<uint16_t>(i + 1)}, now));
    CHECK(table.size() == 10'000);
    for (unsigned i = 0; i < 10'000; ++i)
      REQUIRE(table.find(pod(i).text)->address.port == i + 1);
    for (unsigned i = 0; i < 10'000; i += 2)
      REQUIRE(table.withdraw(pod(i)));
    for (unsigned i = 0; i < 10'000; ++i)
      REQUIRE((table.find(pod(i).text) != nullptr) == (i % 2 == 1));
  }

  TEST_CASE("readers on other threads see whole routes only") {
    route_table table;
    std::atomic<bool> over{false};
    std::atomic<uint64_t> found{0}, torn{0};
    std::vector<std::thread> readers;
    for (int t = 0; t < 3; ++t)
      readers.emplace_back([&] {
        for (unsigned i = 0; !over; ++i)
          if (const auto r = table.find(pod(i % 300).text)) {
            ++found;
            ++r->connections;
            torn += r->address.ip != "10.0.0." + std::to_string(r->address.port) ? 1 : 0;
            --r->connections;
          }
      });
    for (unsigned i = 0; i < 20'000 || found < 1000; ++i) {
      const auto port = static_cast<uint16_t>(1 + i % 250);
      (void)table.publish(pod(i % 300), route_state::running,
                          {"10.0.0." + std::to_string(port), port}, now);
      if (i % 3 == 0)
        table.withdraw(pod((i + 150) % 300));
    }
    over = true;
    for (auto& r : readers)
      r.join();
    CHECK(torn == 0);
  }
}
