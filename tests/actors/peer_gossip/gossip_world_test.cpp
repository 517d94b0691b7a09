// The promises of tests/bench/gossip_bench.cpp, with fewer hosts.
#include "tests/support/gossip_world.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::tests;

TEST_SUITE("actors/peer_gossip/gossip_world") {
  TEST_CASE("hosts that begin at once know 50 others within 20 rounds, and forget the dead within 30") {
    for (const uint64_t seed : {1, 2}) {
      CAPTURE(seed);
      gossip_world::settings how;
      how.hosts = 300;
      how.seed = seed;
      gossip_world world{how};
      world.run_rounds(20);
      CHECK(world.worst().live >= 50);
      for (size_t id = how.bootstraps; id < how.hosts; id += 10)
        world.kill(id);
      REQUIRE(world.worst().dead > 0);
      world.run_rounds(30);
      CHECK(world.worst().dead == 0);
      CHECK(world.worst().live >= 50);
    }
  }

  TEST_CASE("a late joiner finds others and is found") {
    gossip_world::settings how;
    how.hosts = 200;
    gossip_world world{how};
    world.run_rounds(25);
    const auto late = world.add_host();
    world.run_rounds(20);
    CHECK(world.knows(late).live >= 50);
    CHECK(world.known_by(late) >= 3);
  }

  TEST_CASE("nobody is known to all, and nobody to few") {
    gossip_world::settings how;
    how.hosts = 300;
    gossip_world world{how};
    world.run_rounds(40);
    for (size_t id = how.bootstraps; id < how.hosts; ++id) {
      CAPTURE(id);
      const auto n = world.known_by(id); // a hundred on average
      CHECK(n >= 25);
      CHECK(n <= 220);
    }
  }

  TEST_CASE("what a host pays for a round does not grow with the number of hosts") {
    double few = 0;
    for (const size_t hosts : {120, 400}) {
      CAPTURE(hosts);
      gossip_world::settings how;
      how.hosts = hosts;
      gossip_world world{how};
      world.run_rounds(20);
      (void)world.take_traffic();
      world.run_rounds(10);
      const auto mean = world.take_traffic().mean / 10;
      if (few == 0)
        few = mean;
      CHECK(mean <= few * 1.1);
    }
  }

  TEST_CASE("D-28 a host that was cut off for an hour still knows its peers") {
    gossip_world::settings how;
    how.hosts = 60;
    gossip_world world{how};
    world.run_rounds(30);
    const auto before = world.knows(40).live;
    REQUIRE(before >= 50);
    world.cut_off(40, true);
    world.run_rounds(720);
    world.cut_off(40, false);
    world.run_rounds(15);
    CHECK(world.knows(40).live >= before - 2);
  }
}
