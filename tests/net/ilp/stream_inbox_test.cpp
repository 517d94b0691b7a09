#include "net/ilp/stream_inbox.hpp"

#include <doctest/doctest.h>

#include <random>

namespace codius::tests {

using namespace net;

TEST_SUITE("net/ilp/stream_inbox") {
  TEST_CASE("octets count once, in whatever order and however often they come") {
    std::mt19937 dice{1};
    for (int round = 0; round < 200; ++round) {
      stream_inbox inbox;
      const uint64_t total = 1 + dice() % 60;
      for (int i = 0; i < 2'000 && inbox.consumed() < total; ++i) {
        const uint64_t offset = dice() % total;
        REQUIRE(inbox.take(offset, dice() % (total - offset + 1)));
        REQUIRE(inbox.consumed() <= inbox.reached());
        REQUIRE(inbox.reached() <= total);
      }
      CHECK(inbox.consumed() == total);
      CHECK(inbox.window() == total + stream_window_octets);
    }
  }

  TEST_CASE("nothing beyond the window") {
    stream_inbox inbox;
    CHECK(inbox.take(0, stream_window_octets));
    CHECK(inbox.take(2 * stream_window_octets - 1, 1));
    CHECK_FALSE(inbox.take(2 * stream_window_octets, 1));
    CHECK_FALSE(inbox.take(~uint64_t{0}, 1));
    CHECK_FALSE(inbox.take(0, ~size_t{0}));
  }

  TEST_CASE("a number is fresh once, and only while it is within sight of the highest") {
    replay_window w;
    CHECK(w.fresh(0));
    w.mark(0);
    CHECK_FALSE(w.fresh(0));
    w.mark(1'000'000);
    CHECK_FALSE(w.fresh(1'000'000));
    CHECK(w.fresh(1'000'000 - replay_window::width + 1));
    CHECK_FALSE(w.fresh(1'000'000 - replay_window::width));
    w.mark(999'999);
    CHECK_FALSE(w.fresh(999'999));
    CHECK(w.fresh(999'998));
    w.mark(1'000'001);
    CHECK_FALSE(w.fresh(999'999));
    CHECK(w.fresh(999'998));
    CHECK(w.fresh(~uint64_t{0}));
  }
}

} // namespace codius::tests
