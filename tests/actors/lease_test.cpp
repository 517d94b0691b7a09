#include "tests/actors/sale_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

struct lease_fixture : sale_fixture {
  lease_fixture() { start_all(); }
};

} // namespace

TEST_SUITE("actors/lease") {
  TEST_CASE_FIXTURE(lease_fixture, "a pod ends with its paid time, and not before") {
    (void)buy(1, 'a', 60s);
    pass(59s);
    CHECK(engine->runs(id_of('a')));
    pass(1s);
    CHECK_FALSE(engine->runs(id_of('a')));
    CHECK_FALSE(routes->find(id_of('a').text));
    CHECK(used().used_bytes == 0);
  }

  TEST_CASE_FIXTURE(lease_fixture, "its route is gone before it is") {
    (void)buy(1, 'a', 60s);
    engine->remove_failures = {{errc::io, "busy"}};
    pass(60s);
    CHECK(engine->runs(id_of('a')));
    CHECK_FALSE(routes->find(id_of('a').text));
  }

  TEST_CASE_FIXTURE(lease_fixture, "D-08 a removal that fails is tried until it succeeds") {
    (void)buy(1, 'a', 60s);
    engine->remove_failures = {{errc::io, "busy"}, {errc::io, "busy"}, {errc::io, "busy"}};
    pass(60s);
    CHECK(used().used_bytes > 0);
    for (int i = 0; i < 8; ++i)
      pass(1s);
    CHECK_FALSE(engine->runs(id_of('a')));
    CHECK(used().used_bytes == 0);
  }

  TEST_CASE_FIXTURE(lease_fixture, "an extension moves the end") {
    (void)buy(1, 'a', 60s);
    (void)buy(2, 'a', 60s);
    pass(119s);
    CHECK(engine->runs(id_of('a')));
    pass(1s);
    CHECK_FALSE(engine->runs(id_of('a')));
  }

  TEST_CASE_FIXTURE(lease_fixture, "bought anew while it is being removed, it starts anew") {
    (void)buy(1, 'a', 60s);
    engine->remove_failures = {{errc::io, "busy"}};
    pass(60s);
    const auto answer = buy(2, 'a', 60s);
    CHECK(answer.what == sale_answer::outcome::delivered);
    CHECK(engine->runs(id_of('a')));
    CHECK(engine->count("start a") == 2);
    pass(60s);
    CHECK_FALSE(engine->runs(id_of('a')));
  }

  TEST_CASE_FIXTURE(lease_fixture, "D-12 a pod that ended by itself is started again") {
    (void)buy(1, 'a');
    engine->pods[id_of('a')] = false;
    pass(5s);
    CHECK(engine->runs(id_of('a')));
    CHECK(engine->count("start a") == 2);
  }

  TEST_CASE_FIXTURE(lease_fixture, "one that keeps ending is started ever more rarely") {
    (void)buy(1, 'a', 3600s);
    for (int i = 0; i < 120; ++i) {
      engine->pods[id_of('a')] = false;
      pass(5s);
    }
    CHECK(engine->count("start a") > 3);
    CHECK(engine->count("start a") < 10);
  }

  TEST_CASE_FIXTURE(lease_fixture, "D-09 D-11 D-15 a runtime that is silent or forgetful ends no pod") {
    (void)buy(1, 'a');
    SUBCASE("silent") { engine->silence = error{errc::timed_out, "hung"}; }
    SUBCASE("forgetful, once") {
      engine->pods.clear();
      pass(5s);
      engine->pods[id_of('a')] = true;
    }
    for (int i = 0; i < 20; ++i)
      pass(5s);
    CHECK(engine->count("start a") == 1);
    CHECK(engine->count("remove a") == 0);
    CHECK(routes->find(id_of('a').text));
  }

  TEST_CASE_FIXTURE(lease_fixture, "a pod that nobody paid for is removed") {
    engine->pods[id_of('x')] = true;
    pass(5s);
    pass(5s);
    CHECK_FALSE(engine->runs(id_of('x')));
    CHECK(used().used_bytes == 0);
  }

  TEST_CASE_FIXTURE(lease_fixture, "D-16 a new lifecycle finds its pods again and starts none twice") {
    (void)buy(1, 'a', 60s);
    kill(role::expiry);
    kill(role::pods);
    run();
    start_hosting();
    run();
    CHECK(engine->count("start a") == 1);
    CHECK(used().running == 1);
    pass(60s);
    CHECK_FALSE(engine->runs(id_of('a')));
  }

  TEST_CASE_FIXTURE(lease_fixture, "an end that was missed while nobody watched is made up for") {
    (void)buy(1, 'a', 60s);
    kill(role::expiry);
    kill(role::pods);
    run();
    pass(3600s);
    CHECK(engine->runs(id_of('a')));
    start_hosting();
    run();
    CHECK_FALSE(engine->runs(id_of('a')));
    CHECK(engine->count("start a") == 1);
  }
}
