#include "runtime/actor/restart_policy.hpp"
#include "tests/runtime/actor/instant_world.hpp"

#include <doctest/doctest.h>

#include <tuple>

using namespace codius::runtime;
using codius::tests::instant_world;
using namespace std::chrono_literals;

namespace {

instant_world three(restart_rules rules, restart a = restart::permanent,
                    restart b = restart::permanent, restart c = restart::permanent) {
  instant_world w{rules};
  for (auto when : {a, b, c})
    (void)w.policy.add(when, {});
  w.run(w.policy.begin());
  return w;
}

} // namespace

TEST_SUITE("runtime/actor/restart_policy") {
  TEST_CASE("each strategy takes along whom it says") {
    const std::tuple<strategy, std::string> rows[] = {
      {strategy::one_for_one, "+2"},
      {strategy::one_for_all, "-3-1+1+2+3"},
      {strategy::rest_for_one, "-3+2+3"},
    };
    for (const auto& [how, expected] : rows) {
      auto w = three({how, 1, 5000ms, {}});
      CHECK(w.taken() == "+1+2+3");
      w.end(2, exit_kind::error);
      CHECK(w.taken() == expected);
    }
  }

  TEST_CASE("a temporary child is not restarted even when a sibling's death took it") {
    auto w = three({strategy::one_for_all, 1, 5000ms, {}}, restart::permanent, restart::temporary);
    (void)w.taken();
    w.end(1, exit_kind::kill);
    CHECK(w.taken() == "-3-2x2+1+3");
  }

  TEST_CASE("a transient child that had ended well starts again with its group") {
    auto w = three({strategy::rest_for_one, 1, 5000ms, {}}, restart::permanent, restart::permanent,
                   restart::transient);
    w.end(3, exit_kind::normal);
    CHECK(w.policy.phase(3) == child_phase::ended);
    (void)w.taken();
    w.end(2, exit_kind::error);
    CHECK(w.taken() == "+2+3");
  }

  TEST_CASE("a restart exactly one period ago still counts") {
    const std::tuple<milliseconds, bool> rows[] = {{5000ms, false}, {5001ms, true}};
    for (const auto& [gap, admitted] : rows) {
      restart_window window{1, 5000ms};
      CHECK(window.admit(time_point{}));
      CHECK(window.admit(time_point{} + gap) == admitted);
    }
  }

  TEST_CASE("escalation ends all children, youngest first, and says so") {
    auto w = three({strategy::one_for_one, 1, 5000ms, {}});
    w.end(2, exit_kind::error);
    (void)w.taken();
    w.end(2, exit_kind::error);
    CHECK(w.taken() == "-3-1");
    CHECK(w.finished);
    CHECK(w.escalated);
  }

  TEST_CASE("stopping is no escalation") {
    auto w = three({});
    (void)w.taken();
    w.run(w.policy.stop());
    CHECK(w.taken() == "-3-2-1");
    CHECK(w.finished);
    CHECK_FALSE(w.escalated);
  }

  TEST_CASE("a start that fails counts as a failure, and later children wait for it") {
    instant_world w{{strategy::rest_for_one, 2, 5000ms, {}}};
    for (int i = 0; i < 3; ++i)
      (void)w.policy.add(restart::permanent, {});
    w.failing_starts[2] = 2;
    w.run(w.policy.begin());
    CHECK(w.taken() == "+1?2?2+2+3");
    instant_world never{{strategy::one_for_one, 3, 5000ms, {}}};
    (void)never.policy.add(restart::permanent, {});
    never.failing_starts[1] = 100;
    never.run(never.policy.begin());
    CHECK(never.taken() == "?1?1?1?1");
    CHECK(never.escalated);
  }

  TEST_CASE("each way to end a child: kill, ask then kill, ask for as long as it takes") {
    using way = codius::runtime::shutdown; // the sockets have a function of that name
    const std::tuple<way, std::string, std::string> rows[] = {
      {brutal_kill, "!1", ""},
      {way{way::kind::timed, 3000ms}, "-1", "!1"},
      {infinity, "-1", ""},
    };
    for (const auto& [how, at_once, after_grace] : rows) {
      instant_world w{{}};
      w.obeys = false;
      (void)w.policy.add(restart::permanent, how);
      w.run(w.policy.begin());
      (void)w.taken();
      w.run(w.policy.stop());
      CHECK(w.taken() == at_once);
      w.advance(2999ms);
      CHECK(w.taken() == "");
      w.advance(1ms);
      CHECK(w.taken() == after_grace);
      w.advance(24h);
      CHECK(w.taken() == "");
    }
  }

  TEST_CASE("children made on demand end all at once") {
    instant_world w{{strategy::simple_one_for_one, 1, 5000ms, {}}};
    w.obeys = false;
    for (int i = 0; i < 3; ++i)
      (void)w.policy.adopt(restart::temporary, {}, w.now);
    w.run(w.policy.stop());
    CHECK(w.taken() == "-3-2-1");
    CHECK_FALSE(w.finished);
    for (child_key key : {2, 1, 3})
      w.end(key, exit_kind::shutdown);
    CHECK(w.finished);
  }

  TEST_CASE("the pause doubles up to its cap") {
    const back_off pause{100ms, 1000ms, 60s};
    const std::pair<unsigned, milliseconds> rows[]
      = {{0, 0ms},   {1, 0ms},   {2, 100ms},  {3, 200ms},
         {4, 400ms}, {5, 800ms}, {6, 1000ms}, {4000, 1000ms}};
    for (const auto& [failures, expected] : rows)
      CHECK(pause.delay(failures) == expected);
    CHECK(back_off{}.delay(50) == 0ms);
    CHECK(back_off{5000ms, 1000ms, 60s}.delay(2) == 1000ms);
  }

  TEST_CASE("a child in a row of failures waits; good running ends the row") {
    auto w = three({strategy::one_for_one, 100, 5000ms, {100ms, 1000ms, 60s}});
    (void)w.taken();
    w.end(2, exit_kind::error);
    CHECK(w.taken() == "+2");
    w.end(2, exit_kind::error);
    CHECK(w.policy.phase(2) == child_phase::pausing);
    w.advance(99ms);
    CHECK(w.taken() == "");
    w.end(3, exit_kind::error); // another child's first failure is not held up
    CHECK(w.taken() == "+3");
    w.advance(1ms);
    CHECK(w.taken() == "+2");
    w.advance(60s);
    w.end(2, exit_kind::error);
    CHECK(w.taken() == "+2");
  }

  TEST_CASE("a group waits together, after its members are down") {
    auto w = three({strategy::rest_for_one, 100, 5000ms, {100ms, 1000ms, 60s}});
    w.end(2, exit_kind::error);
    (void)w.taken();
    w.end(2, exit_kind::error);
    CHECK(w.taken() == "-3");
    w.advance(50ms);
    w.end(1, exit_kind::error); // an earlier child widens the group; the first in its row: no pause
    CHECK(w.taken() == "+1+2+3");
    w.advance(1h);
    CHECK(w.taken() == "");
  }

  TEST_CASE("stopping during a pause starts nothing any more") {
    for (auto how : {strategy::one_for_one, strategy::one_for_all}) {
      auto w = three({how, 100, 5000ms, {100ms, 1000ms, 60s}});
      w.end(2, exit_kind::error);
      w.end(2, exit_kind::error);
      (void)w.taken();
      w.run(w.policy.stop());
      CHECK(w.finished);
      w.advance(1h);
      CHECK(w.trace.find('+') == std::string::npos);
      CHECK(w.alive.empty());
    }
  }

  TEST_CASE("an earlier child that fails while later ones end joins the restart") {
    auto w = three({strategy::rest_for_one, 2, 5000ms, {}});
    (void)w.taken();
    w.obeys = false;
    w.end(2, exit_kind::error);
    w.end(1, exit_kind::error);
    CHECK(w.taken() == "-3");
    w.end(3, exit_kind::shutdown);
    CHECK(w.taken() == "+1+2+3");
  }

  TEST_CASE("unknown children, stale tickets and repeated news change nothing") {
    auto w = three({});
    (void)w.taken();
    w.run(w.policy.down(99, exit_kind::error, w.now));
    w.run(w.policy.up(1, w.now));
    w.run(w.policy.wake(0));
    w.run(w.policy.wake(12345));
    CHECK(w.taken() == "");
    CHECK(w.policy.phase(99) == child_phase::ended);
    w.run(w.policy.stop());
    w.run(w.policy.stop());
    CHECK(w.taken() == "-3-2-1");
  }

  TEST_CASE("every phase has a name") {
    for (auto p :
         {child_phase::ready, child_phase::starting, child_phase::running, child_phase::pausing,
          child_phase::condemned, child_phase::stopping, child_phase::ended})
      CHECK(to_string(p) != std::string{"unknown"});
  }
}
