#include "runtime/actor/supervisor.hpp"
#include "tests/runtime/actor/supervisor_fixture.hpp"

using namespace codius;
using namespace codius::tests;

TEST_SUITE("runtime/actor/supervisor") {
  TEST_CASE_FIXTURE(supervisor_fixture,
                    "a crashed child is replaced under the same id, and logged") {
    const auto top = start({strategy::one_for_one, 3, 10s}, {child(a)});
    const auto before = live(a);
    tell(before, bug{});
    REQUIRE(live(a) != nullptr);
    CHECK(live(a) != before);
    CHECK(*ask<int>(live(a), ping{}) == 1);
    CHECK(lines
          == texts{"level=warn event=actor.failed actor=top/a why=\"internal: off by one\"",
                   "level=warn event=actor.restarted actor=top/a restarts=1 "
                   "why=\"internal: off by one\""});
    stop(top);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "children start in order and stop in reverse") {
    const auto top = start({}, {child(a), child(b), child(c)});
    stop(top);
    CHECK(seen == texts{"+a", "+b", "+c", "-c", "-b", "-a"});
    CHECK(live(a) == nullptr);
    CHECK(lines.empty());
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "each strategy takes along whom it says") {
    const std::pair<strategy, texts> rows[] = {
      {strategy::one_for_one, {"-b", "+b"}},
      {strategy::rest_for_one, {"-b", "-c", "+b", "+c"}},
      {strategy::one_for_all, {"-b", "-c", "-a", "+a", "+b", "+c"}},
    };
    for (const auto& [how, expected] : rows) {
      const auto top = start({how, 3, 10s}, {child(a), child(b), child(c)});
      (void)take();
      tell(live(b), boom{});
      CHECK(take() == expected);
      stop(top);
      (void)take();
    }
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "who comes back depends on the restart kind and the end") {
    for (auto when : {restart::permanent, restart::transient, restart::temporary}) {
      const auto top = start({strategy::one_for_one, 9, 10s}, {child(a, when)});
      tell(live(a), leave{});
      CHECK((live(a) != nullptr) == (when == restart::permanent));
      stop(top);
      const auto again = start({strategy::one_for_one, 9, 10s}, {child(a, when)});
      self->send_exit(live(a), caf::exit_reason::kill);
      run();
      CHECK((live(a) != nullptr) == (when != restart::temporary));
      stop(again);
    }
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "too many crashes in the window end all, with an error") {
    caf::error heard;
    runtime::supervision how{"top", {strategy::one_for_one, 2, 10s}};
    how.on_end = [&](const caf::error& why) { heard = why; };
    const auto top = sys.spawn(runtime::supervisor, how, std::vector{child(a), child(b)});
    self->monitor(top);
    run();
    for (int i = 0; i < 3; ++i)
      tell(live(a), boom{});
    const auto why = ended(*this);
    REQUIRE(why);
    CHECK(runtime::from_caf(*why).code == errc::internal);
    CHECK(heard == *why);
    CHECK(live(a) == nullptr);
    CHECK(live(b) == nullptr);
    CHECK(lines.back().find("level=error event=supervisor.escalated actor=top") == 0);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "crashes that are far apart never escalate") {
    const auto top = start({strategy::one_for_one, 1, 10s}, {child(a)});
    for (int i = 0; i < 20; ++i) {
      tell(live(a), boom{});
      REQUIRE(live(a) != nullptr);
      advance(10001ms);
    }
    stop(top);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "a wanted end is told to whoever waits for it") {
    int told = 0;
    runtime::supervision how{"top"};
    how.on_end
      = [&](const caf::error& why) { told += why == caf::exit_reason::user_shutdown ? 1 : 100; };
    stop(sys.spawn(runtime::supervisor, how, std::vector{child(a)}));
    CHECK(told == 1);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "a child that ignores exit is killed after its grace") {
    auto slow = child(b);
    slow.start = factory("b", true);
    slow.stop.grace = 3000ms;
    const auto top = start({}, {child(a), slow, child(c)});
    self->monitor(top);
    (void)take();
    stop(top);
    CHECK(take() == texts{"-c"});
    advance(2999ms);
    CHECK(take() == texts{});
    advance(1ms);
    CHECK(take() == texts{"-b", "-a"});
    CHECK(ended(*this));
    CHECK(lines == texts{"level=warn event=actor.killed actor=top/b why=\"grace is over\""});
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "a start that throws counts as a failure") {
    starts_that_throw = 2;
    const auto top = start({strategy::one_for_one, 2, 10s}, {child(a)});
    CHECK(live(a) != nullptr);
    CHECK(lines.size() == 2);
    stop(top);
    starts_that_throw = 100;
    const auto hopeless
      = sys.spawn(runtime::supervisor, runtime::supervision{"top", {strategy::one_for_one, 2, 10s}},
                  std::vector{child(a)});
    self->monitor(hopeless);
    run();
    CHECK(ended(*this));
    CHECK(starts_that_throw == 97);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "a pause is kept before a restart") {
    const auto top = start({strategy::one_for_one, 9, 60s, {500ms, 10s, 60s}}, {child(a)});
    tell(live(a), boom{});
    tell(live(a), boom{});
    CHECK(live(a) == nullptr);
    advance(500ms);
    CHECK(live(a) != nullptr);
    stop(top);
  }
}
