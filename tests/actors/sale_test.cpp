#include "tests/actors/sale_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t price_of_600s = 2'283'106;

struct running_sale_fixture : sale_fixture {
  running_sale_fixture() { start_all(); }
};

using outcome = sale_answer::outcome;

} // namespace

TEST_SUITE("actors/sale") {
  TEST_CASE_FIXTURE(running_sale_fixture, "who has not paid is told where, and nothing is opened") {
    const auto answer = send(upload(1, 'a'));
    run();
    REQUIRE(*answer);
    CHECK((*answer)->what == outcome::pay_first);
    CHECK((*answer)->price == price_of_600s);
    CHECK((*answer)->pay.address == "test.host.x");
    CHECK(engine->asked.empty());
    CHECK(used().used_bytes == 0);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "a paid upload runs, is routed, and its money is earned") {
    const auto answer = buy(1, 'a');
    CHECK(answer.what == outcome::delivered);
    CHECK(answer.expires_at == *world.now + 600s);
    CHECK(engine->runs(id_of('a')));
    REQUIRE(routes->find(id_of('a').text));
    CHECK(totals().earned == price_of_600s);
    CHECK(used().used_bytes == machine_size{}.memory_bytes);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "nothing starts before the price is there") {
    money->connected.insert(token_of(1));
    const auto answer = send(upload(1, 'a'));
    run();
    CHECK(money->due[token_of(1)] == price_of_600s);
    (void)pay(1, price_of_600s - 1);
    CHECK(engine->asked.empty());
    CHECK_FALSE(*answer);
    (void)pay(1, 1);
    REQUIRE(*answer);
    CHECK((*answer)->what == outcome::delivered);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "D-01 an image that cannot be had costs nothing") {
    engine->image_failure = error{errc::image_unavailable, "no such image"};
    money->connected.insert(token_of(1));
    const auto answer = send(upload(1, 'a'));
    run();
    REQUIRE(*answer);
    CHECK((*answer)->why.code == errc::image_unavailable);
    CHECK(money->waiting.empty());
    CHECK(used().used_bytes == 0);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "D-41 a pod that cannot start gives the money back") {
    engine->start_failures = {{errc::start_failed, "bad command"}, {errc::start_failed, "bad command"}};
    const auto answer = buy(1, 'a');
    CHECK(answer.what == outcome::failed);
    CHECK(answer.why.code == errc::start_failed);
    CHECK(answer.credit == price_of_600s);
    CHECK(totals().credit == price_of_600s);
    run();
    CHECK(used().used_bytes == 0);
    CHECK_FALSE(engine->runs(id_of('a')));
    SUBCASE("and the credit buys the next try") {
      const auto again = buy(1, 'a');
      CHECK(again.what == outcome::delivered);
      CHECK(totals().credit == 0);
    }
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "a start that fails once is tried again before giving up") {
    engine->start_failures = {{errc::io, "a hiccup"}};
    CHECK(buy(1, 'a').what == outcome::delivered);
    CHECK(engine->count("start a") == 2);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "D-10 memory is set aside before money, and given back") {
    for (char pod : {'a', 'b', 'c'})
      CHECK(buy(static_cast<uint8_t>(pod), pod).what == outcome::delivered);
    money->connected = {token_of(4), token_of(5)};
    const auto fourth = send(upload(4, 'd'));
    run();
    const auto fifth = send(upload(5, 'e'));
    run();
    REQUIRE(*fifth);
    CHECK((*fifth)->why.code == errc::no_capacity);
    CHECK_FALSE(money->waiting.contains(token_of(5)));
    SUBCASE("a payer who gives up frees it") {
      caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), collect_over{token_of(4), 0});
      run();
      CHECK((*fourth)->why.code == errc::payment_timeout);
      CHECK(buy(5, 'e').what == outcome::delivered);
    }
    SUBCASE("D-18 a pod that is here can be bought more time on a full host") {
      (void)pay(4, price_of_600s);
      CHECK(buy(6, 'a').what == outcome::delivered);
    }
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "money that comes too late or short is credit") {
    money->connected.insert(token_of(1));
    const auto answer = send(upload(1, 'a'));
    run();
    (void)pay(1, 1000);
    caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), collect_over{token_of(1), 0});
    run();
    REQUIRE(*answer);
    CHECK((*answer)->why.code == errc::payment_timeout);
    CHECK((*answer)->credit == 1000);
    CHECK(engine->asked.empty());
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "D-05 one payment, one sale, however often it is asked") {
    const auto first = buy(1, 'a');
    money->connected.clear();
    const auto again = send(upload(1, 'a'));
    run();
    REQUIRE(*again);
    CHECK((*again)->what == outcome::delivered);
    CHECK((*again)->expires_at == first.expires_at);
    CHECK(totals().received == price_of_600s);
    const auto other = send(upload(1, 'b'));
    run();
    CHECK((*other)->what == outcome::pay_first);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "what was paid is answered as then, whatever the host can do now") {
    const auto first = buy(1, 'a');
    money->down = true;
    board->change(drained_terms(), *world.now);
    const auto again = send(upload(1, 'a'));
    const auto other = send(upload(2, 'a'));
    run();
    REQUIRE(*again);
    CHECK((*again)->what == outcome::delivered);
    CHECK((*again)->expires_at == first.expires_at);
    REQUIRE(*other);
    CHECK((*other)->why.code == errc::payments_down);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "two requests with one token at once are one sale") {
    money->connected.insert(token_of(1));
    const auto one = send(upload(1, 'a'));
    const auto two = send(upload(1, 'a'));
    run();
    (void)pay(1, price_of_600s);
    REQUIRE(*one);
    REQUIRE(*two);
    CHECK((*two)->what == outcome::delivered);
    CHECK((*two)->expires_at == (*one)->expires_at);
    CHECK(totals().received == price_of_600s);
    CHECK(engine->count("start a") == 1);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "D-10 two payers of one manifest both get their time") {
    money->connected = {token_of(1), token_of(2)};
    const auto one = send(upload(1, 'a'));
    const auto two = send(upload(2, 'a'));
    run();
    (void)pay(1, price_of_600s);
    (void)pay(2, price_of_600s);
    REQUIRE(*one);
    REQUIRE(*two);
    CHECK((*two)->expires_at == *world.now + 1200s);
    CHECK(engine->count("start a") == 1);
    CHECK(totals().earned == 2 * price_of_600s);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "D-07 extending what is not here is refused before money") {
    money->connected.insert(token_of(1));
    sell request{sale_kind::extend, token_of(1), id_of('z'), nullptr, 60s, "test"};
    const auto answer = send(request);
    run();
    CHECK((*answer)->why.code == errc::unknown_pod);
    CHECK(money->waiting.empty());
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "an extension reaches from the present expiry") {
    const auto first = buy(1, 'a');
    money->connected.insert(token_of(2));
    const auto answer = send({sale_kind::extend, token_of(2), id_of('a'), nullptr, 60s, "test"});
    run();
    (void)pay(2, money->due[token_of(2)]);
    REQUIRE(*answer);
    CHECK((*answer)->expires_at == first.expires_at + 60s);
  }

  TEST_CASE_FIXTURE(running_sale_fixture, "no ledger, no sale") {
    kill(role::ilp);
    const auto answer = send(upload(1, 'a'));
    run();
    CHECK((*answer)->why.code == errc::unavailable);
  }
}
