#include "net/http/admission.hpp"
#include "net/http/rate_floor.hpp"

#include <doctest/doctest.h>

using namespace codius::net;
using verdict = admission::verdict;
using namespace std::chrono_literals;

namespace {

boost::asio::ip::address ip(const char* text) { return boost::asio::ip::make_address(text); }

} // namespace

TEST_SUITE("net/http/admission") {
  TEST_CASE("connections are counted together and for each client") {
    server_limits limits;
    limits.connections = 5;
    limits.connections_per_client = 2;
    admission door{limits};
    CHECK(door.enter(ip("192.0.2.1")) == verdict::admitted);
    CHECK(door.enter(ip("::ffff:192.0.2.1")) == verdict::admitted);
    CHECK(door.enter(ip("192.0.2.1")) == verdict::client_full);
    CHECK(door.enter(ip("2001:db8::1")) == verdict::admitted);
    CHECK(door.enter(ip("2001:db8::ffff:1")) == verdict::admitted);
    CHECK(door.enter(ip("2001:db8::2")) == verdict::client_full); // the same /64
    CHECK(door.enter(ip("2001:db8:0:1::2")) == verdict::admitted);
    CHECK(door.enter(ip("192.0.2.9")) == verdict::host_full);
    CHECK(door.count() == 5);
    door.leave(ip("192.0.2.1"));
    CHECK(door.enter(ip("192.0.2.1")) == verdict::admitted);
  }

  TEST_CASE("loopback is exempt only from the limit per client, and only if said so") {
    server_limits limits;
    limits.connections = 3;
    limits.connections_per_client = 1;
    admission open{limits};
    for (int i = 0; i < 3; ++i)
      CHECK(open.enter(ip("127.0.0.1")) == verdict::admitted);
    CHECK(open.enter(ip("127.0.0.1")) == verdict::host_full);
    limits.exempt_loopback = false;
    admission strict{limits};
    CHECK(strict.enter(ip("::1")) == verdict::admitted);
    CHECK(strict.enter(ip("::1")) == verdict::client_full);
  }

  TEST_CASE("a body may pause, but not drip") {
    rate_floor floor{1024, 10s};
    CHECK(floor.patience() == 10s);
    floor.received(9s, 1024); // a pause, and a second's worth
    CHECK(floor.patience() == 2s);
    floor.received(0s, 100'000); // earned back, but no more than all of it
    CHECK(floor.patience() == 10s);
    for (int i = 0; i < 20; ++i)
      floor.received(1s, 512); // half of what is asked
    CHECK(floor.patience() == 0s);
    rate_floor any{0, 10s};
    any.received(9s, 1);
    CHECK(any.patience() == 10s);
    rate_floor fast{1, 10s};
    fast.received(1s, SIZE_MAX);
    CHECK(fast.patience() == 10s);
  }
}
