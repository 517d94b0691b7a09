#include "tests/actors/sale_fixture.hpp"

#include <cstdlib>
#include <filesystem>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t price_of_600s = 2'283'106;

/// One life of a host on a store that outlives it.
struct life : sale_fixture {
  life(std::string file, std::shared_ptr<scripted_runtime> pods, fake_world clock) {
    db = std::move(file);
    engine = std::move(pods);
    world = std::move(clock);
  }
};

struct crash_site {
  std::string dir = (std::filesystem::temp_directory_path() / "codius-crash-XXXXXX").string();
  std::shared_ptr<scripted_runtime> engine = std::make_shared<scripted_runtime>();
  fake_world world;

  crash_site() { REQUIRE(mkdtemp(dir.data()) != nullptr); }
  ~crash_site() { std::filesystem::remove_all(dir); }
  std::unique_ptr<life> live() {
    return std::make_unique<life>(dir + "/codius.db", engine, world);
  }
};

/// Sells a pod and stops dead after `steps` messages. True when the sale had ended by itself.
bool sell_until(life& host, int steps, bool& packet_fulfilled) {
  host.start_all();
  host.money->connected.insert(token_of(1));
  const auto answer = host.send(host.upload(1, 'a'));
  std::shared_ptr<bool> booked = std::make_shared<bool>(false);
  bool paying = false;
  for (int i = 0; i < steps; ++i) {
    if (!paying && host.money->waiting.contains(token_of(1))) {
      paying = true;
      const auto keeper = runtime::find<keeper_actor>(host.sys, role::keeper);
      const auto till = runtime::find<ilp_actor>(host.sys, role::ilp);
      host.sys.spawn([=](caf::event_based_actor* me) -> caf::behavior {
        me->request(keeper, caf::infinite, book_money{token_of(1), price_of_600s, {"XRP", 9}})
          .then([=](const money_booked& done) {
            *booked = true; // here the packet is fulfilled: from now on the payer has paid
            if (done.paid)
              me->send(till, money_came{*done.paid});
            me->quit();
          });
        return {[](caf::unit_t) {}};
      });
    }
    if (!host.step())
      break;
  }
  packet_fulfilled = *booked;
  return answer->has_value();
}

} // namespace

TEST_SUITE("actors/crash") {
  // The sale in one thread, cut off after each single message; then a new host on the same store
  // and the same pods. Whatever was paid must run, and nothing else.
  TEST_CASE("whatever dies between any two steps of a sale, what was paid runs") {
    int steps = 0;
    int crashes_before_payment = 0;
    int crashes_while_owed = 0;
    for (bool ended = false; !ended && steps < 400; ++steps) {
      CAPTURE(steps);
      crash_site site;
      bool paid = false;
      {
        auto first = site.live();
        ended = sell_until(*first, steps, paid);
      }
      auto second = site.live();
      second->start_all();
      const auto sums = second->totals();
      CHECK(sums.owed == 0);
      if (paid)
        CHECK(sums.received == price_of_600s);
      CHECK(second->engine->runs(id_of('a')) == (sums.earned == price_of_600s));
      CHECK((sums.received == 0 || sums.earned == price_of_600s || sums.credit == price_of_600s));
      if (paid)
        CHECK(second->engine->runs(id_of('a')));
      CHECK(second->engine->count("start a") <= 1);
      CHECK(static_cast<bool>(second->routes->find(id_of('a').text))
            == second->engine->runs(id_of('a')));
      crashes_before_payment += paid ? 0 : 1;
      crashes_while_owed += paid && !ended ? 1 : 0;
      // And it ends with its time, like any other.
      second->pass(601s);
      CHECK_FALSE(second->engine->runs(id_of('a')));
      CHECK(second->used().used_bytes == 0);
    }
    CHECK(steps > 20);
    CHECK(steps < 400);
    CHECK(crashes_before_payment > 5);
    CHECK(crashes_while_owed > 2);
  }

  TEST_CASE("what was owed when the host died for longer than the lease goes back to the payer") {
    crash_site site;
    {
      auto first = site.live();
      first->start_all();
      first->money->connected.insert(token_of(1));
      (void)first->send(first->upload(1, 'a'));
      first->run();
      first->kill(role::pods); // nobody is left to start it
      (void)first->pay(1, price_of_600s);
      CHECK(first->totals().owed == price_of_600s);
    }
    site.world.advance(601s);
    auto second = site.live();
    second->start_all();
    second->pass(5s);
    CHECK(second->totals().credit == price_of_600s);
    CHECK_FALSE(second->engine->runs(id_of('a')));
    CHECK(second->used().used_bytes == 0);
  }
}
