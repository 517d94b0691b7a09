#include "tests/actors/log_hub/log_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

struct small_hub : log_fixture {
  small_hub() : log_fixture(3, 5) {}
};

} // namespace

TEST_SUITE("actors/log_hub") {
  TEST_CASE_FIXTURE(log_fixture, "100 followers of one pod cost one reader of its log") {
    std::vector<std::shared_ptr<reader>> all;
    for (int i = 0; i < 100; ++i)
      all.push_back(follow());
    CHECK(engine->logs_opened == 1);
    for (int i = 0; i < 20; ++i) {
      const auto line = "line " + std::to_string(i) + "\n";
      log->out(line);
      run();
      for (auto& r : all)
        REQUIRE(r->take() == "_web stdout " + line);
    }
    CHECK(engine->logs_opened == 1);
    CHECK(log->reads <= 1 + 2 * 20);
  }

  TEST_CASE_FIXTURE(log_fixture, "those who ask while a log is being opened share it") {
    const auto hub = runtime::find<log_actor>(sys, role::logs);
    std::vector<log_opened> got;
    for (int i = 0; i < 10; ++i)
      sys.spawn([&, hub](caf::event_based_actor* me) {
        me->request(hub, caf::infinite, open_log{id_of('a'), {"web"}, true})
          .then([&got](const log_opened& o) { got.push_back(o); });
      });
    run();
    CHECK(got.size() == 10);
    CHECK(engine->logs_opened == 1);
  }

  TEST_CASE_FIXTURE(small_hub, "readers are counted, for a pod and in all") {
    std::vector<log_opened> held;
    for (int i = 0; i < 3; ++i)
      held.push_back(*open());
    const auto fourth = open();
    REQUIRE_FALSE(fourth);
    CHECK(fourth.error().code == errc::busy);
    CHECK(fourth.error().detail.find("3 readers") != std::string::npos);
    held.push_back(*open('b'));
    held.push_back(*open('b', false));
    const auto sixth = open('c');
    REQUIRE_FALSE(sixth);
    CHECK(sixth.error().code == errc::no_capacity);
    held.pop_back();
    CHECK(open('c'));
    held.clear();
    for (int i = 0; i < 3; ++i)
      held.push_back(*open());
  }

  TEST_CASE_FIXTURE(log_fixture, "D-21 followers that left leave nothing behind") {
    {
      std::vector<std::shared_ptr<reader>> all;
      for (int i = 0; i < 100; ++i)
        all.push_back(follow());
      for (auto& r : all)
        r->to->leave();
      run();
      for (auto& r : all)
        CHECK(r->done);
    }
    CHECK(log.use_count() == 2); // the test's and the scripted runtime's: no reader is left
    engine->logs.clear();
    CHECK(log.use_count() == 1);
    const int reads = log->reads;
    for (int i = 0; i < 1000; ++i)
      log->out("nobody listens\n");
    for (auto& w : writers)
      w->advance(10s);
    run();
    CHECK(log->reads == reads);
    for (auto& w : writers)
      CHECK(w->sent.empty());
    (void)follow();
    CHECK(engine->logs_opened == 2);
  }

  TEST_CASE_FIXTURE(log_fixture, "a follower goes on when the pod is made anew, and ends with it") {
    auto r = follow();
    log->out("before\n");
    run();
    tell({id_of('a'), false});
    CHECK(log->renewals == 1);
    log->out("after\n");
    run();
    CHECK(r->take() == "_web stdout before\n_web stdout after\n");
    CHECK_FALSE(r->done);
    log->out("last words");
    tell({id_of('b'), true}); // another pod
    CHECK_FALSE(r->done);
    tell({id_of('a'), true});
    CHECK(r->done);
    CHECK_FALSE(r->cut);
    CHECK(r->take() == "_web stdout last words");
    tell({id_of('a'), true});
  }

  TEST_CASE_FIXTURE(log_fixture, "a pod that was made anew while its log was being opened is not missed") {
    const auto hub = runtime::find<log_actor>(sys, role::logs);
    std::vector<log_opened> got;
    sys.spawn([&, hub](caf::event_based_actor* me) {
      me->request(hub, caf::infinite, open_log{id_of('a'), {"web"}, true})
        .then([&got](const log_opened& o) { got.push_back(o); });
    });
    sched.run(); // the question has arrived, the disk has not answered
    REQUIRE(got.empty());
    bool gone = false;
    SUBCASE("made anew") {}
    SUBCASE("gone") { gone = true; }
    caf::anon_send(hub, log_changed{id_of('a'), gone});
    run();
    REQUIRE(got.size() == 1);
    CHECK(got[0].seat->ended() == gone);
    CHECK(log->renewals == (gone ? 0 : 1));
  }

  TEST_CASE_FIXTURE(log_fixture, "bought again after its end, a pod has a new log") {
    auto r = follow();
    tell({id_of('a'), true});
    CHECK(r->done);
    auto again = follow();
    CHECK_FALSE(again->done);
    CHECK(engine->logs_opened == 2);
  }

  TEST_CASE_FIXTURE(log_fixture, "a log that cannot be opened is an error, and no lasting one") {
    engine->log_failure = error{errc::io, "no watch left"};
    const auto failed = open();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == errc::io);
    engine->log_failure.reset();
    CHECK(open());
  }

  TEST_CASE_FIXTURE(log_fixture, "when the hub dies its followers end, and the next one serves") {
    auto r = follow();
    kill(role::logs);
    run();
    CHECK(r->done);
    start_hub();
    log->out("on it goes\n");
    CHECK(follow()->take() == "_web stdout on it goes\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "pods tell the hub when they start again and when they are gone") {
    start_all();
    (void)buy(1, 'a', 60s);
    auto r = follow();
    log->out("exiting\n");
    engine->pods[id_of('a')] = false;
    run();
    CHECK(r->take() == "_web stdout exiting\n");
    pass(5s); // it is seen to have ended, and is started again
    REQUIRE(engine->count("start a") == 2);
    CHECK(log->renewals == 1);
    CHECK_FALSE(r->done);
    pass(60s);
    CHECK_FALSE(engine->runs(id_of('a')));
    CHECK(r->done);
    CHECK_FALSE(r->cut);
  }
}
