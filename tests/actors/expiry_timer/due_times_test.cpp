#include "actors/expiry_timer/due_times.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

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

  TEST_CASE("what is moved again and again is there once") {
    actors::due_times due;
    due.set("first", utc_time{});
    for (int64_t i = 0; i < 10'000; ++i)
      due.set("a", utc_time{std::chrono::milliseconds{10'000 - i}});
    CHECK(due.take_due(utc_time::max()) == "first");
    CHECK(due.take_due(utc_time::max()) == "a");
    CHECK_FALSE(due.take_due(utc_time::max()));
  }

  TEST_CASE("a hundred thousand changes leave what a plain map holds") {
    std::mt19937 chance{7};
    actors::due_times due;
    std::map<std::string, utc_time> plain;
    const auto pick = [&](uint32_t below) { return chance() % below; };
    for (int i = 0; i < 100'000; ++i) {
      const auto id = "pod" + std::to_string(pick(300));
      const utc_time t{std::chrono::milliseconds{pick(1000)}};
      switch (pick(4)) {
        case 0:
          due.erase(id);
          plain.erase(id);
          break;
        case 1:
          if (const auto taken = due.take_due(t)) {
            const auto at = plain.find(*taken);
            REQUIRE(at != plain.end());
            REQUIRE(at->second <= t);
            plain.erase(at);
          }
          break;
        default:
          due.set(id, t);
          plain[id] = t;
      }
      REQUIRE(due.size() == plain.size());
      const auto least = std::min_element(plain.begin(), plain.end(), [](auto& a, auto& b) {
        return a.second < b.second;
      });
      REQUIRE(due.earliest() == (plain.empty() ? std::nullopt : std::optional{least->second}));
    }
    utc_time last{};
    while (const auto id = due.take_due(utc_time::max())) {
      REQUIRE(plain.at(*id) >= last);
      last = plain.at(*id);
      plain.erase(*id);
    }
    CHECK(plain.empty());
  }
}
