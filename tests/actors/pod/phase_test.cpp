#include "actors/pod/phase.hpp"

#include <doctest/doctest.h>
#include <set>
#include <string>

using namespace codius::actors;

TEST_SUITE("actors/pod/phase") {
  TEST_CASE("every pair of phase and event is either an edge or refused") {
    int moves = 0;
    for (int p = 0; p <= static_cast<int>(phase::gone); ++p)
      for (int e = 0; e <= static_cast<int>(event::gone); ++e) {
        const auto to = next(static_cast<phase>(p), static_cast<event>(e));
        moves += to ? 1 : 0;
        if (static_cast<phase>(p) == phase::gone)
          CHECK_FALSE(to);
      }
    CHECK(moves == static_cast<int>(pod_edges.size()));
  }

  TEST_CASE("from every phase but the last a pod can be ended") {
    for (auto p : {phase::unknown, phase::starting, phase::running, phase::failed})
      CHECK(next(p, event::end) == phase::removing);
  }

  TEST_CASE("every phase has a name of its own") {
    std::set<std::string> names;
    for (int p = 0; p <= static_cast<int>(phase::gone); ++p)
      names.emplace(to_string(static_cast<phase>(p)));
    CHECK(names.size() == static_cast<size_t>(phase::gone) + 1);
    CHECK_FALSE(names.contains("?"));
  }
}
