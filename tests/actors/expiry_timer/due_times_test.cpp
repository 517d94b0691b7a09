#include "actors/expiry_timer/expiry_timer.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace std::chrono_literals;

TEST_SUITE("actors/expiry_timer/due_times") {
  TEST_CASE("the earliest comes first, and only when it is due") {
    actors::due_times due;
    const utc_time t{1000s};
    due.set("late", t + 2s);
    due.set("early", t + 1s);
    CHECK(due.earliest() == t + 1s);
    CHECK_FALSE(due.take_due(t));
    CHECK(due.take_due(t + 1s) == "early");
    CHECK_FALSE(due.take_due(t + 1s));
    CHECK(due.take_due(t + 5s) == "late");
    CHECK_FALSE(due.earliest());
  }

  TEST_CASE("a new time replaces the old one, and an erased one never comes") {
    actors::due_times due;
    const utc_time t{1000s};
    due.set("a", t);
    due.set("a", t + 10s);
    due.set("b", t);
    due.erase("b");
    due.erase("unknown");
    CHECK(due.size() == 1);
    CHECK_FALSE(due.take_due(t + 9s));
    CHECK(due.take_due(t + 10s) == "a");
  }
}
