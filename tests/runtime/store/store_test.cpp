#include "runtime/store/store.hpp"

#include "tests/runtime/store/batch.hpp"
#include "tests/support/fake_world.hpp"
#include "tests/support/offers.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

const asset xrp{"XRP", 9};

struct temp_dir {
  std::filesystem::path path;
  temp_dir() {
    std::string name = (std::filesystem::temp_directory_path() / "codius-store-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~temp_dir() { std::filesystem::remove_all(path); }
};

struct store_fixture {
  fake_world world;
  temp_dir dir;
  std::unique_ptr<runtime::store> s;

  store_fixture() { reopen(); }
  void reopen() {
    s.reset();
    s = std::make_unique<runtime::store>((dir.path / "codius.db").string(), world.door());
  }

  template <class Op>
  auto commit(Op op) {
    return in_batch(*s, std::move(op));
  }

  open_purchase upload(uint8_t token, char pod, std::chrono::seconds d = 600s, uint64_t price = 100) {
    return {sale_kind::upload, token_of(token), id_of(pod), offer_of(id_of(pod)), d, price, xrp};
  }
  open_purchase extension(uint8_t token, char pod, std::chrono::seconds d, uint64_t price = 100) {
    return {sale_kind::extend, token_of(token), id_of(pod), nullptr, d, price, xrp};
  }
  purchase_opened open(const open_purchase& req) {
    auto out = commit([&] { return s->open(req); });
    REQUIRE(out);
    return *out;
  }
  money_booked book(uint8_t token, uint64_t amount) {
    auto out = commit([&] { return s->book({token_of(token), amount, xrp}); });
    REQUIRE(out);
    return *out;
  }
  purchase sold(uint8_t token, char pod) {
    (void)open(upload(token, pod));
    auto booked = book(token, 100);
    REQUIRE(booked.paid);
    return *booked.paid;
  }
  pod_record record(char pod) {
    auto out = commit([&] { return s->record(id_of(pod)); });
    REQUIRE(out);
    return *out;
  }
  bool known(char pod) {
    return static_cast<bool>(commit([&] { return s->record(id_of(pod)); }));
  }
  ledger_totals::line totals() {
    auto out = commit([&] { return s->totals(); });
    REQUIRE(out);
    REQUIRE(out->assets.size() == 1);
    auto line = out->assets[0];
    CHECK(line.received == line.earned + line.owed + line.credit);
    return line;
  }
};

} // namespace

TEST_SUITE("runtime/store") {
  TEST_CASE_FIXTURE(store_fixture, "money, purchase and expiry are one transaction") {
    const auto opened = open(upload(1, 'a'));
    CHECK(opened.due == 100);
    CHECK_FALSE(known('a'));
    const auto booked = book(1, 100);
    REQUIRE(booked.paid);
    CHECK(booked.paid->state == purchase_state::owed);
    CHECK(booked.credit == 0);
    CHECK(record('a').expires_at == *world.now + 600s);
    CHECK(record('a').phase == pod_phase::starting);
    CHECK(totals().owed == 100);
  }

  TEST_CASE_FIXTURE(store_fixture, "a batch that is not committed never happened") {
    (void)open(upload(1, 'a'));
    REQUIRE(s->begin());
    REQUIRE(s->book({token_of(1), 100, xrp}));
    s->rollback();
    CHECK_FALSE(known('a'));
    reopen();
    CHECK_FALSE(known('a'));
  }

  TEST_CASE_FIXTURE(store_fixture, "money in parts completes the purchase with the last one") {
    (void)open(upload(1, 'a'));
    CHECK_FALSE(book(1, 60).paid);
    CHECK(totals().credit == 60);
    CHECK(book(1, 40).paid);
  }

  TEST_CASE_FIXTURE(store_fixture, "what arrives beyond the price stays the token's") {
    (void)open(upload(1, 'a'));
    CHECK(book(1, 101).credit == 1);
    CHECK(totals().credit == 1);
  }

  TEST_CASE_FIXTURE(store_fixture, "an abandoned purchase leaves its money as credit") {
    const auto opened = open(upload(1, 'a'));
    (void)book(1, 30);
    CHECK(commit([&] { return s->abandon({opened.sale.id}); })->state == purchase_state::abandoned);
    CHECK_FALSE(known('a'));
    SUBCASE("which the next request of the token spends first") {
      CHECK(open(upload(1, 'a')).due == 70);
    }
    SUBCASE("which is enough for something cheaper, at once") {
      const auto cheap = open(upload(1, 'b', 10s, 30));
      CHECK(cheap.sale.state == purchase_state::owed);
      CHECK(cheap.due == 0);
      CHECK(record('b').expires_at == *world.now + 10s);
      CHECK(totals().credit == 0);
    }
  }

  TEST_CASE_FIXTURE(store_fixture, "abandoning a paid purchase does nothing") {
    const auto p = sold(1, 'a');
    CHECK(commit([&] { return s->abandon({p.id}); })->state == purchase_state::owed);
  }

  TEST_CASE_FIXTURE(store_fixture, "delivery earns the money and marks the pod as running, once") {
    const auto p = sold(1, 'a');
    for (int i = 0; i < 2; ++i) {
      CHECK(commit([&] { return s->deliver({p.id}); })->state == purchase_state::delivered);
      CHECK(totals().earned == 100);
    }
    CHECK(record('a').phase == pod_phase::running);
  }

  TEST_CASE_FIXTURE(store_fixture, "what cannot be delivered goes back to the token, once") {
    const auto p = sold(1, 'a');
    for (int i = 0; i < 2; ++i) {
      const auto back = commit([&] { return s->credit({p.id, "no image"}); });
      REQUIRE(back);
      CHECK(back->credit == 100);
      CHECK(back->sale.state == purchase_state::credited);
    }
    CHECK(totals().credit == 100);
    CHECK(record('a').expires_at == *world.now);
    SUBCASE("and the same request spends it without a new payment") {
      const auto again = open(upload(1, 'a'));
      CHECK(again.sale.state == purchase_state::owed);
      CHECK_FALSE(again.repeat);
    }
  }

  TEST_CASE_FIXTURE(store_fixture, "delivered money is not given back") {
    const auto p = sold(1, 'a');
    (void)commit([&] { return s->deliver({p.id}); });
    CHECK(commit([&] { return s->credit({p.id, "late"}); })->sale.state == purchase_state::delivered);
    CHECK(totals().earned == 100);
  }

  TEST_CASE_FIXTURE(store_fixture, "D-05 a token that paid once buys nothing more") {
    const auto p = sold(1, 'a');
    (void)commit([&] { return s->deliver({p.id}); });
    SUBCASE("the same request is answered as before, and adds no time") {
      const auto again = open(upload(1, 'a'));
      CHECK(again.repeat);
      CHECK(again.sale.id == p.id);
      CHECK(record('a').expires_at == p.expires_at);
    }
    SUBCASE("another request has to be paid") {
      const auto other = open(upload(1, 'a', 60s));
      CHECK_FALSE(other.repeat);
      CHECK(other.due == 100);
    }
  }

  TEST_CASE_FIXTURE(store_fixture, "two requests wait on one token only if they are the same") {
    const auto first = open(upload(1, 'a'));
    CHECK(open(upload(1, 'a')).sale.id == first.sale.id);
    CHECK(commit([&] { return s->open(upload(1, 'b')); }).error().code == errc::conflict);
    world.advance(11min);
    CHECK(open(upload(1, 'b')).due == 100);
  }

  TEST_CASE_FIXTURE(store_fixture, "D-13 time reaches from the present expiry, never from now") {
    const auto p = sold(1, 'a');
    world.advance(100s);
    (void)open(extension(2, 'a', 60s));
    const auto more = book(2, 100);
    REQUIRE(more.paid);
    CHECK(more.paid->expires_at == p.expires_at + 60s);
    const auto again = sold(3, 'a');
    CHECK(again.expires_at == p.expires_at + 660s);
  }

  TEST_CASE_FIXTURE(store_fixture, "D-07 an unknown or ended pod cannot be extended") {
    CHECK(commit([&] { return s->open(extension(1, 'a', 60s)); }).error().code == errc::unknown_pod);
    (void)sold(1, 'a');
    world.advance(600s);
    CHECK(commit([&] { return s->expire({id_of('a')}); })->phase == pod_phase::expiring);
    CHECK(commit([&] { return s->open(extension(2, 'a', 60s)); }).error().code == errc::unknown_pod);
  }

  TEST_CASE_FIXTURE(store_fixture, "a pod that ends while its extension is paid: the money is credit") {
    (void)sold(1, 'a');
    (void)open(extension(2, 'a', 60s));
    world.advance(600s);
    (void)commit([&] { return s->expire({id_of('a')}); });
    const auto late = book(2, 100);
    REQUIRE(late.paid);
    CHECK(late.paid->state == purchase_state::credited);
    CHECK(late.credit == 100);
    CHECK(totals().credit == 100);
  }

  TEST_CASE_FIXTURE(store_fixture, "D-17 an extension before the end wins over the end") {
    (void)sold(1, 'a');
    (void)open(extension(2, 'a', 60s));
    world.advance(600s);
    (void)book(2, 100);
    CHECK(commit([&] { return s->expire({id_of('a')}); })->phase == pod_phase::starting);
  }

  TEST_CASE_FIXTURE(store_fixture, "a pod bought anew while it is removed starts anew after that") {
    (void)sold(1, 'a');
    world.advance(600s);
    (void)commit([&] { return s->expire({id_of('a')}); });
    const auto p = sold(2, 'a');
    CHECK(p.expires_at == *world.now + 600s);
    CHECK(record('a').phase == pod_phase::expiring);
    CHECK(commit([&] { return s->forget({id_of('a')}); })->bought_again);
    CHECK(record('a').phase == pod_phase::starting);
  }

  TEST_CASE_FIXTURE(store_fixture, "a pod that is gone is forgotten") {
    (void)sold(1, 'a');
    world.advance(600s);
    (void)commit([&] { return s->expire({id_of('a')}); });
    CHECK_FALSE(commit([&] { return s->forget({id_of('a')}); })->bought_again);
    CHECK_FALSE(known('a'));
  }

  TEST_CASE_FIXTURE(store_fixture, "D-32 all of it outlives the process; open purchases do not") {
    const auto p = sold(1, 'a');
    (void)open(upload(2, 'b'));
    (void)book(2, 5);
    reopen();
    const auto r = record('a');
    CHECK(r.expires_at == p.expires_at);
    CHECK(*r.offer == *offer_of(id_of('a')));
    const auto owed = commit([&] { return s->owed(); });
    REQUIRE(owed->size() == 1);
    CHECK(owed->front().id == p.id);
    const auto token = commit([&] { return s->token({token_of(2)}); });
    CHECK(token->credit == 5);
    CHECK(token->purchases.front().state == purchase_state::abandoned);
  }

  TEST_CASE_FIXTURE(store_fixture, "peers are kept in their order, all replaced at once") {
    const auto now = world.door().utc_now();
    const std::vector<kept_peer> all{{"https://b.example", false, now, now + 5s},
                                     {"https://a.example", true, now, utc_time{}}};
    REQUIRE(commit([&] { return s->keep(keep_peers{all}); }));
    reopen();
    CHECK(*commit([&] { return s->peers(); }) == all);
    REQUIRE(commit([&] { return s->keep(keep_peers{{all[1]}}); }));
    CHECK(*commit([&] { return s->peers(); }) == std::vector<kept_peer>{all[1]});
  }

  TEST_CASE_FIXTURE(store_fixture, "the file is nobody else's to read") {
    const auto mode = std::filesystem::status(dir.path / "codius.db").permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    CHECK((mode & std::filesystem::perms::group_all) == std::filesystem::perms::none);
  }

  TEST_CASE_FIXTURE(store_fixture, "a database of a later version is refused, not changed") {
    s.reset();
    {
      runtime::database db{(dir.path / "codius.db").string()};
      db.exec("PRAGMA user_version=99");
    }
    CHECK_THROWS_WITH_AS(reopen(), doctest::Contains("later version"), runtime::database_error);
  }

  TEST_CASE("a store that cannot be opened says so") {
    fake_world world;
    CHECK_THROWS_AS(runtime::store("/nowhere/at/all.db", world.door()), runtime::database_error);
  }
}
