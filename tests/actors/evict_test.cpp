#include "tests/actors/sale_fixture.hpp"
#include "tests/support/temp_dir.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t price_of_600s = 2'283'106;

struct evict_world : sale_fixture {
  lifecycle_actor pods() { return runtime::find<lifecycle_actor>(sys, role::pods); }
  keeper_actor keeper() { return runtime::find<keeper_actor>(sys, role::keeper); }
  result<pod_evicted> evict(char pod) {
    return ask<pod_evicted>(pods(), evict_pod{id_of(pod), "abuse"});
  }
  uint64_t credit_of(uint8_t token) {
    const auto out = ask<token_credits>(keeper(), get_credits{token_of(token)});
    REQUIRE(out);
    uint64_t sum = 0;
    for (const auto& line : out->all)
      sum += line.amount;
    return sum;
  }
  /// A sale of `kind` that has come as far as its payment; the packet is sent, and nothing is done
  /// about it yet.
  std::shared_ptr<std::optional<sale_answer>> begin_paid(sale_kind kind, uint8_t token, char pod) {
    money->connected.insert(token_of(token));
    auto request = upload(token, pod);
    if (kind == sale_kind::extend)
      request.kind = kind, request.offer = nullptr;
    auto answer = send(request);
    run();
    REQUIRE(money->waiting.contains(token_of(token)));
    const auto till = runtime::find<ilp_actor>(sys, role::ilp);
    const auto due = money->due[token_of(token)];
    sys.spawn([=, to = keeper()](caf::event_based_actor* me) -> caf::behavior {
      me->request(to, caf::infinite, book_money{token_of(token), due, {"XRP", 9}})
        .then([=](const money_booked& done) {
          if (done.paid)
            me->send(till, money_came{*done.paid});
          me->quit();
        });
      return {[](caf::unit_t) {}};
    });
    return answer;
  }
};

} // namespace

TEST_SUITE("actors/evict") {
  TEST_CASE_FIXTURE(evict_world, "an evicted pod is gone, and its buyer has the rest of the price") {
    start_all();
    (void)buy(1, 'a');
    pass(300s);
    const auto done = evict('a');
    REQUIRE(done);
    REQUIRE(done->credited.size() == 1);
    CHECK(done->credited[0].amount == price_of_600s / 2);
    CHECK(credit_of(1) == price_of_600s / 2);
    CHECK_FALSE(engine->runs(id_of('a')));
    CHECK_FALSE(routes->find(id_of('a').text));
    CHECK(used().used_bytes == 0);
    CHECK(used().running == 0);
    CHECK(totals().earned == price_of_600s - price_of_600s / 2);
    CHECK(evict('a').error().code == errc::unknown_pod);
  }

  TEST_CASE_FIXTURE(evict_world, "a runtime that does not remove it at once is asked until it does") {
    start_all();
    (void)buy(1, 'a');
    engine->remove_failures.assign(3, error{errc::io, "busy"});
    REQUIRE(evict('a'));
    CHECK(engine->runs(id_of('a')));
    for (int i = 0; i < 30; ++i)
      pass(1s);
    CHECK_FALSE(engine->runs(id_of('a')));
    CHECK(credit_of(1) == price_of_600s);
  }

  TEST_CASE("whatever dies between any two steps of an eviction, the pod is there with its time, or its price is") {
    int kept = 0;
    int gone = 0;
    bool ended = false;
    int steps = 0;
    for (; !ended && steps < 200; ++steps) {
      CAPTURE(steps);
      const temp_dir dir;
      const auto engine = std::make_shared<scripted_runtime>();
      fake_world world;
      {
        evict_world first;
        first.db = dir.path() + "/codius.db";
        first.engine = engine;
        first.world = world;
        first.start_all();
        (void)first.buy(1, 'a');
        caf::anon_send(first.pods(), evict_pod{id_of('a'), {}});
        for (int i = 0; i < steps && !ended; ++i)
          ended = !first.step();
      }
      evict_world second;
      second.db = dir.path() + "/codius.db";
      second.engine = engine;
      second.world = world;
      second.start_all();
      const bool runs = engine->runs(id_of('a'));
      CHECK(second.totals().owed == 0);
      CHECK(second.totals().earned == (runs ? price_of_600s : 0));
      CHECK(second.credit_of(1) == (runs ? 0 : price_of_600s));
      CHECK(static_cast<bool>(second.routes->find(id_of('a').text)) == runs);
      CHECK((second.used().used_bytes == 0) == !runs);
      ++(runs ? kept : gone);
    }
    CHECK(steps < 200);
    CHECK(kept > 1);
    CHECK(gone > 2);
  }

  TEST_CASE("an extension at the same moment is neither lost nor doubled") {
    bool ended = false;
    int delivered = 0;
    int steps = 0;
    for (; !ended && steps < 200; ++steps) {
      CAPTURE(steps);
      evict_world w;
      w.start_all();
      (void)w.buy(1, 'a');
      const auto answer = w.begin_paid(sale_kind::extend, 2, 'a');
      for (int i = 0; i < steps && !ended; ++i)
        ended = !w.step();
      REQUIRE(w.evict('a'));
      REQUIRE(answer->has_value());
      // Nothing ran in between, so all of it goes back.
      CHECK(w.credit_of(1) == price_of_600s);
      CHECK(w.credit_of(2) == price_of_600s);
      CHECK(w.totals().owed == 0);
      CHECK(w.totals().earned == 0);
      CHECK_FALSE(w.engine->runs(id_of('a')));
      CHECK(w.used().used_bytes == 0);
      if ((*answer)->what == sale_answer::outcome::delivered)
        ++delivered;
      else
        CHECK((*answer)->credit == price_of_600s);
    }
    CHECK(steps < 200);
    CHECK(delivered > 0);
    CHECK(steps > delivered);
  }

  TEST_CASE("who buys the same pod at that moment has it, or the money") {
    bool ended = false;
    int running = 0;
    int steps = 0;
    for (; !ended && steps < 200; ++steps) {
      CAPTURE(steps);
      evict_world w;
      w.start_all();
      (void)w.buy(1, 'a');
      const auto answer = w.begin_paid(sale_kind::upload, 2, 'a');
      caf::anon_send(w.pods(), evict_pod{id_of('a'), {}});
      for (int i = 0; i < steps && !ended; ++i)
        ended = !w.step();
      if (!ended)
        (void)w.evict('a'); // once more: there is nothing left, or the new life ends as well
      w.run();
      REQUIRE(answer->has_value());
      const bool runs = w.engine->runs(id_of('a'));
      CHECK(w.totals().owed == 0);
      CHECK(w.totals().received == 2 * price_of_600s);
      CHECK(w.credit_of(1) == price_of_600s);
      CHECK(w.credit_of(2) == (runs ? 0 : price_of_600s));
      running += runs ? 1 : 0;
    }
    CHECK(steps < 200);
    CHECK(running < steps);
  }
}
