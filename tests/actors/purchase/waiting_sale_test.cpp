// Sales that nobody waits for, and what sales tell of themselves.
#include "tests/actors/sale_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t price_of_600s = 2'283'106;

struct record_fixture : sale_fixture {
  unsigned attempts = 0;

  record_fixture() {
    most_later = 2;
    start_all();
  }

  sell recorded(uint8_t token, char pod, std::chrono::seconds d = 600s) {
    auto out = upload(token, pod, d);
    const auto digits = std::to_string(++attempts);
    out.attempt = std::string(32 - digits.size(), '0') + digits;
    out.asked_at = *world.now;
    return out;
  }
  result<upload_view> begin(sell request) {
    request.waits = true;
    const auto desk = runtime::find<sales_actor>(sys, role::sales);
    auto out = ask<upload_view>(desk, sell_later{std::move(request)});
    run();
    return out;
  }
  upload_view see(const std::string& id) {
    auto out = ask<upload_view>(runtime::find<keeper_actor>(sys, role::keeper), get_upload{id});
    REQUIRE(out);
    return *out;
  }
  void come(uint8_t token) {
    caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), payer_came{token_of(token)});
    run();
  }
  void time_is_over(uint8_t token) {
    pass(60s);
    caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), collect_over{token_of(token), 0});
    run();
  }
  static std::string steps_of(const upload_view& v) {
    std::string out;
    for (const auto& step : v.steps)
      out += (out.empty() ? "" : " ") + step.name;
    return out;
  }
};

} // namespace

TEST_SUITE("actors/purchase/waiting_sale") {
  TEST_CASE_FIXTURE(record_fixture, "a sale waits for a payer who is not there yet, and runs the pod by itself") {
    const auto begun = begin(recorded(1, 'a'));
    REQUIRE(begun);
    auto v = see(begun->id);
    CHECK(v.state == upload_state::awaiting_payment);
    CHECK(v.price == price_of_600s);
    CHECK(v.unit == asset{"XRP", 9});
    CHECK(v.pay.starts_with("interledger-stream test.host.x "));
    CHECK(v.pay_until == *world.now + 60s);
    CHECK(money->waiting.empty());
    CHECK(used().used_bytes == 0); // memory is for who is there to pay
    pass(20s);
    come(1);
    CHECK(used().used_bytes == machine_size{}.memory_bytes);
    CHECK(money->due[token_of(1)] == price_of_600s);
    (void)pay(1, 1000);
    v = see(begun->id);
    CHECK(v.state == upload_state::awaiting_payment);
    CHECK(v.received == 1000);
    (void)pay(1, price_of_600s - 1000);
    v = see(begun->id);
    CHECK(v.state == upload_state::running);
    CHECK(v.expires_at == *world.now + 600s);
    CHECK(steps_of(v) == "accepted checked awaiting_payment payer_connected paid running");
    CHECK(v.steps[3].at == *world.now);
    CHECK(v.steps[0].at == *world.now - 20s);
    CHECK(engine->runs(id_of('a')));
    CHECK(totals().earned == price_of_600s);
  }

  TEST_CASE_FIXTURE(record_fixture, "a payer who never comes costs nothing") {
    const auto begun = begin(recorded(1, 'a'));
    time_is_over(1);
    const auto v = see(begun->id);
    CHECK(v.state == upload_state::failed);
    CHECK(v.failure->code == errc::payment_timeout);
    CHECK_FALSE(v.payment);
    CHECK(used().used_bytes == 0);
    CHECK(engine->asked.empty());
  }

  TEST_CASE_FIXTURE(record_fixture, "a payer who stops halfway is told what the token holds") {
    const auto begun = begin(recorded(1, 'a'));
    come(1);
    (void)pay(1, 1000);
    time_is_over(1);
    const auto v = see(begun->id);
    CHECK(v.state == upload_state::failed);
    CHECK(v.payment == purchase_state::abandoned);
    CHECK(v.credit == 1000);
    SUBCASE("and the same request goes on from there, in the same record") {
      const auto again = begin(recorded(1, 'a'));
      CHECK(again->id == begun->id);
      (void)pay(1, price_of_600s - 1000);
      CHECK(see(begun->id).state == upload_state::running);
    }
  }

  TEST_CASE_FIXTURE(record_fixture, "a host that filled up meanwhile refuses before any money") {
    const auto begun = begin(recorded(9, 'z'));
    for (char pod : {'a', 'b', 'c', 'd'})
      CHECK(buy(static_cast<uint8_t>(pod), pod).what == sale_answer::outcome::delivered);
    come(9);
    const auto v = see(begun->id);
    CHECK(v.failure->code == errc::no_capacity);
    CHECK_FALSE(money->waiting.contains(token_of(9)));
    CHECK_FALSE(v.payment);
  }

  TEST_CASE_FIXTURE(record_fixture, "what costs nothing to check fails as it does for who waits") {
    engine->image_failure = error{errc::image_unavailable, "no such image"};
    const auto begun = begin(recorded(1, 'a'));
    CHECK(begun->state == upload_state::checking);
    const auto v = see(begun->id);
    CHECK(v.failure == error{errc::image_unavailable, "no such image"});
    CHECK(steps_of(v) == "accepted failed");
  }

  TEST_CASE_FIXTURE(record_fixture, "a pod that cannot start gives the money back, and the record says so") {
    money->connected.insert(token_of(1));
    engine->start_failures = {{errc::start_failed, "bad command"}, {errc::start_failed, "bad command"}};
    const auto begun = begin(recorded(1, 'a'));
    (void)pay(1, price_of_600s);
    pass(1s);
    const auto v = see(begun->id);
    CHECK(v.state == upload_state::failed);
    CHECK(v.failure->code == errc::start_failed);
    CHECK(v.payment == purchase_state::credited);
    CHECK(v.credit == price_of_600s);
    SUBCASE("which buys the next try, in the same record, without a payer") {
      money->connected.clear();
      CHECK(begin(recorded(1, 'a'))->id == begun->id);
      const auto again = see(begun->id);
      CHECK(again.state == upload_state::running);
      CHECK(again.credit == 0);
      CHECK(steps_of(again) == "accepted checked paid running");
    }
  }

  TEST_CASE_FIXTURE(record_fixture, "the same request twice is one sale") {
    const auto one = begin(recorded(1, 'a'));
    const auto two = begin(recorded(1, 'a'));
    CHECK(two->id == one->id);
    CHECK(begin(recorded(2, 'b'))); // it took one of the two places
    come(1);
    (void)pay(1, price_of_600s);
    CHECK(see(one->id).state == upload_state::running);
    const auto after = begin(recorded(1, 'a'));
    CHECK(after->id == one->id);
    CHECK(after->state == upload_state::running);
    CHECK(totals().received == price_of_600s);
    CHECK(engine->count("start a") == 1);
  }

  TEST_CASE_FIXTURE(record_fixture, "only so many are under way at once; each that ends makes room") {
    CHECK(begin(recorded(1, 'a')));
    CHECK(begin(recorded(2, 'b')));
    const auto third = recorded(3, 'c');
    CHECK(begin(third).error().code == errc::busy);
    const auto keeper = runtime::find<keeper_actor>(sys, role::keeper);
    CHECK(ask<upload_view>(keeper, get_upload{third.attempt}).error().code == errc::not_found);
    time_is_over(1);
    CHECK(begin(recorded(3, 'c')));
  }

  TEST_CASE_FIXTURE(record_fixture, "who waits has the same record, and is told where") {
    const auto first = send(recorded(1, 'a'));
    run();
    REQUIRE(*first);
    CHECK((*first)->what == sale_answer::outcome::pay_first);
    const auto id = (*first)->upload;
    CHECK(see(id).state == upload_state::unpaid);
    CHECK(see(id).price == price_of_600s);
    money->connected.insert(token_of(1));
    const auto second = send(recorded(1, 'a'));
    run();
    CHECK(see(id).state == upload_state::awaiting_payment);
    CHECK(see(id).pay.empty()); // it is at its payer already
    (void)pay(1, price_of_600s);
    REQUIRE(*second);
    CHECK((*second)->upload == id);
    CHECK(see(id).state == upload_state::running);
    CHECK(steps_of(see(id)) == "accepted checked paid running");
    const auto third = send(recorded(1, 'a'));
    run();
    CHECK((*third)->upload == id);
  }

  TEST_CASE_FIXTURE(record_fixture, "a payer may come by the way of a request that does not wait") {
    const auto begun = begin(recorded(1, 'a'));
    const auto unpaid = send(recorded(1, 'a'));
    run();
    CHECK((*unpaid)->what == sale_answer::outcome::pay_first);
    CHECK((*unpaid)->upload == begun->id);
    CHECK(see(begun->id).state == upload_state::awaiting_payment); // the first one still waits
    come(1);
    const auto paying = send(recorded(1, 'a'));
    run();
    (void)pay(1, price_of_600s);
    REQUIRE(*paying);
    CHECK((*paying)->what == sale_answer::outcome::delivered);
    CHECK(totals().received == price_of_600s);
    CHECK(see(begun->id).state == upload_state::running);
  }

  TEST_CASE_FIXTURE(record_fixture, "a sale that dies says so") {
    const auto waiting = begin(recorded(1, 'a'));
    money->connected.insert(token_of(2));
    const auto paying = begin(recorded(2, 'b'));
    kill(role::sales);
    run();
    CHECK(see(waiting->id).failure->code == errc::unavailable);
    CHECK(see(paying->id).failure->code == errc::unavailable);
    CHECK(used().used_bytes == 0);
    SUBCASE("and if it was paid all the same, the ledger's word counts") {
      (void)pay(2, price_of_600s);
      CHECK(see(paying->id).state == upload_state::starting);
      kill(role::pods);
      kill(role::expiry);
      start_hosting();
      run();
      CHECK(see(paying->id).state == upload_state::running);
    }
  }

  TEST_CASE_FIXTURE(record_fixture, "a sale whose request wants no record leaves none") {
    CHECK(buy(1, 'a').upload.empty());
  }
}
