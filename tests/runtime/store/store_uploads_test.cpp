// The records of sales: what they say, what they say it from, and how long.
#include "runtime/store/store.hpp"
#include "tests/runtime/store/batch.hpp"
#include "tests/support/fake_world.hpp"
#include "tests/support/offers.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

const asset xrp{"XRP", 9};

/// The n-th attempt that anybody makes.
std::string attempt(unsigned n) {
  auto out = std::to_string(n);
  return std::string(32 - out.size(), '0') + out;
}

struct uploads_fixture {
  fake_world world;
  temp_dir dir;
  runtime::upload_limits limits;
  std::unique_ptr<runtime::store> s;

  uploads_fixture() { reopen(); }
  void reopen() {
    s.reset();
    s = std::make_unique<runtime::store>(dir.path() + "/codius.db", world.door(), runtime::event_bounds{}, limits);
  }
  template <class Op>
  auto commit(Op op) {
    return in_batch(*s, std::move(op));
  }

  upload_note note(unsigned n, uint8_t token, char pod = 'a') {
    upload_note out;
    out.attempt = attempt(n);
    out.token = token_of(token);
    out.pod = id_of(pod);
    out.duration = 600s;
    out.request_id = "req-" + std::to_string(n);
    out.asked_at = *world.now;
    out.steps = {{"accepted", *world.now}};
    return out;
  }
  static upload_note ended(upload_note n, errc code, std::string why = "it was not to be") {
    n.failure = error{code, std::move(why)};
    return n;
  }
  upload_view keep(const upload_note& n) {
    auto out = commit([&] { return s->keep(keep_upload{n}); });
    REQUIRE(out);
    return *out;
  }
  result<upload_view> get(const std::string& id) {
    return commit([&] { return s->upload({id}); });
  }
  upload_view see(const std::string& id) {
    auto out = get(id);
    REQUIRE(out);
    return *out;
  }
  purchase_opened open(const upload_note& n, uint64_t price = 100) {
    auto out = commit([&] {
      return s->open({n.kind, n.token, n.pod, offer_of(n.pod), n.duration, price, xrp,
                      std::make_shared<const upload_note>(n)});
    });
    REQUIRE(out);
    return *out;
  }
  void book(uint8_t token, uint64_t amount) {
    REQUIRE(commit([&] { return s->book({token_of(token), amount, xrp}); }));
  }
  static std::string steps_of(const upload_view& v) {
    std::string out;
    for (const auto& step : v.steps)
      out += (out.empty() ? "" : " ") + step.name;
    return out;
  }
};

} // namespace

TEST_SUITE("runtime/store/uploads") {
  TEST_CASE_FIXTURE(uploads_fixture, "a record says what its sale does, and when") {
    auto n = note(1, 1);
    auto v = keep(n);
    CHECK(v.mine);
    CHECK(v.id == attempt(1));
    CHECK(v.version == 1);
    CHECK(v.state == upload_state::checking);
    CHECK(v.request_id == "req-1");
    CHECK(v.asked_at == *world.now);
    CHECK_FALSE(v.payment);
    world.advance(5s);
    n.steps.push_back({"awaiting_payment", *world.now});
    n.price = 100;
    n.unit = xrp;
    n.pay = "interledger-stream test.host secret";
    n.pay_until = *world.now + 60s;
    CHECK(keep(n).version == 2);
    v = see(attempt(1));
    CHECK(v.state == upload_state::awaiting_payment);
    CHECK(v.pay == n.pay);
    CHECK(v.pay_until == n.pay_until);
    CHECK(v.price == 100);
    CHECK(v.unit == xrp);
    CHECK(v.steps == n.steps);
    CHECK_FALSE(v.over());
  }

  TEST_CASE_FIXTURE(uploads_fixture, "what it says of money is the ledger's word") {
    const auto n = note(1, 1);
    const auto opened = open(n);
    CHECK(opened.upload == attempt(1));
    auto v = see(attempt(1));
    CHECK(v.state == upload_state::awaiting_payment);
    CHECK(v.payment == purchase_state::open);
    book(1, 30);
    v = see(attempt(1));
    CHECK(v.received == 30);
    CHECK(v.credit == 30);
    const auto before = v.version;
    world.advance(1s);
    book(1, 75);
    v = see(attempt(1));
    CHECK(v.version > before);
    CHECK(v.state == upload_state::starting);
    CHECK(v.payment == purchase_state::owed);
    CHECK(v.received == 100);
    CHECK(v.credit == 5);
    SUBCASE("the pod came") {
      world.advance(2s);
      (void)commit([&] { return s->deliver({opened.sale.id}); });
      v = see(attempt(1));
      CHECK(v.state == upload_state::running);
      CHECK(v.over());
      CHECK(v.expires_at == *world.now - 2s + 600s);
      CHECK(steps_of(v) == "accepted paid running");
      CHECK(v.steps.back().at == *world.now);
    }
    SUBCASE("the pod did not come: its sale says why, and until then it is not over") {
      (void)commit([&] { return s->credit({opened.sale.id, "no such image"}); });
      v = see(attempt(1));
      CHECK_FALSE(v.over());
      CHECK(v.payment == purchase_state::credited);
      CHECK(v.credit == 105);
      v = keep(ended(n, errc::image_unavailable));
      CHECK(v.state == upload_state::failed);
      CHECK(v.failure->code == errc::image_unavailable);
      CHECK(v.received == 100);
      CHECK(steps_of(v) == "accepted paid credited failed");
    }
    SUBCASE("a sale that gave up does not make an owed pod a failure") {
      v = keep(ended(n, errc::unavailable));
      CHECK(v.state == upload_state::starting);
      CHECK_FALSE(v.failure);
      SUBCASE("it is delivered all the same") {
        (void)commit([&] { return s->deliver({opened.sale.id}); });
        CHECK(see(attempt(1)).state == upload_state::running);
        CHECK_FALSE(see(attempt(1)).failure);
      }
      SUBCASE("or credited, and the ledger says why") {
        (void)commit([&] { return s->credit({opened.sale.id, "no such image"}); });
        v = see(attempt(1));
        CHECK(v.state == upload_state::failed);
        CHECK(v.failure == error{errc::start_failed, "no such image"});
      }
    }
  }

  TEST_CASE_FIXTURE(uploads_fixture, "one token and one request have one record") {
    const auto first = keep(note(1, 1));
    const auto again = keep(note(2, 1));
    CHECK(again.id == first.id);
    CHECK_FALSE(again.mine);
    CHECK(again.request_id == "req-1");
    CHECK(keep(note(3, 2)).id == attempt(3));
    CHECK(keep(note(4, 1, 'b')).id == attempt(4));
    auto longer = note(5, 1);
    longer.duration = 601s;
    CHECK(keep(longer).id == attempt(5));
    auto extension = note(6, 1);
    extension.kind = sale_kind::extend;
    CHECK(keep(extension).id == attempt(6));
    SUBCASE("who waits on the same purchase shares it") {
      (void)open(note(1, 1));
      CHECK(open(note(7, 1)).upload == first.id);
      CHECK_FALSE(keep(ended(note(7, 1), errc::payment_timeout)).over());
    }
    SUBCASE("which begins anew when it had failed") {
      CHECK(keep(ended(note(1, 1), errc::no_capacity)).state == upload_state::failed);
      const auto v = keep(note(7, 1));
      CHECK(v.mine);
      CHECK(v.id == first.id);
      CHECK(v.version == 3);
      CHECK(v.request_id == "req-7");
      CHECK_FALSE(v.failure);
      CHECK_FALSE(keep(ended(note(1, 1), errc::internal)).over()); // the first has no say any more
    }
    SUBCASE("but not when it was delivered") {
      const auto opened = open(note(1, 1));
      book(1, 100);
      (void)commit([&] { return s->deliver({opened.sale.id}); });
      const auto done = see(first.id);
      CHECK_FALSE(keep(note(7, 1)).mine);
      CHECK(open(note(7, 1)).upload == first.id);
      CHECK(see(first.id).version == done.version);
      CHECK(see(first.id).request_id == "req-1");
    }
  }

  TEST_CASE_FIXTURE(uploads_fixture, "one that nobody waits for says that it is unpaid") {
    const auto v = keep(ended(note(1, 1), errc::payment_required, "Payment Required"));
    CHECK(v.state == upload_state::unpaid);
    CHECK(steps_of(v) == "accepted unpaid");
  }

  TEST_CASE_FIXTURE(uploads_fixture, "after a restart a record tells the truth") {
    (void)keep(note(1, 1)); // before any money
    const auto waiting = open(note(2, 2, 'b'));
    book(2, 30);
    const auto owed = open(note(3, 3, 'c'));
    book(3, 100);
    const auto credited = open(note(4, 4, 'd'));
    book(4, 100);
    (void)commit([&] { return s->credit({credited.sale.id, "bad command"}); });
    const auto delivered = open(note(5, 5, 'e'));
    book(5, 100);
    (void)commit([&] { return s->deliver({delivered.sale.id}); });
    (void)keep(ended(note(6, 6), errc::no_capacity, "full"));
    world.advance(1min);
    reopen();
    CHECK(see(attempt(1)).failure->code == errc::unavailable);
    CHECK(see(attempt(1)).steps.back().at == *world.now);
    const auto v = see(waiting.upload);
    CHECK(v.state == upload_state::failed);
    CHECK(v.payment == purchase_state::abandoned);
    CHECK(v.credit == 30);
    CHECK(see(owed.upload).state == upload_state::starting);
    CHECK(see(credited.upload).failure == error{errc::start_failed, "bad command"});
    CHECK(see(delivered.upload).state == upload_state::running);
    CHECK(see(attempt(6)).failure == error{errc::no_capacity, "full"});
    SUBCASE("and goes on doing so when what is owed is delivered") {
      (void)commit([&] { return s->deliver({owed.sale.id}); });
      CHECK(see(owed.upload).state == upload_state::running);
    }
    SUBCASE("or credited") {
      (void)commit([&] { return s->credit({owed.sale.id, "no image"}); });
      CHECK(see(owed.upload).failure == error{errc::start_failed, "no image"});
    }
  }

  TEST_CASE_FIXTURE(uploads_fixture, "a record is there for a day after its end, and no longer") {
    (void)keep(ended(note(1, 1), errc::no_capacity));
    (void)open(note(2, 2));
    book(2, 100); // owed, however long it takes
    world.advance(24h - 1ms);
    CHECK(get(attempt(1)));
    world.advance(1ms);
    CHECK(get(attempt(1)).error().code == errc::not_found);
    CHECK(see(attempt(2)).state == upload_state::starting);
    CHECK(get("no such id").error().code == errc::not_found);
    (void)keep(note(3, 3));
    world.advance(-24h);
    CHECK_FALSE(get(attempt(1))); // it is really gone
  }

  TEST_CASE_FIXTURE(uploads_fixture, "there is a most of them, and those that nobody paid for go first") {
    limits.most = 4;
    reopen();
    (void)open(note(1, 1));
    book(1, 100);
    const auto sold = open(note(2, 2, 'b'));
    book(2, 100);
    (void)commit([&] { return s->deliver({sold.sale.id}); });
    (void)keep(note(3, 3));
    world.advance(1s);
    (void)keep(ended(note(4, 4), errc::payment_required));
    const auto left = [&] {
      std::string out;
      for (unsigned n = 1; n < 10; ++n)
        if (get(attempt(n)))
          out += std::to_string(n);
      return out;
    };
    (void)s->take_changed_uploads();
    (void)keep(note(5, 5)); // in the place of the one that is over and unpaid
    CHECK(left() == "1235");
    CHECK(s->take_changed_uploads() == std::vector<std::string>{attempt(4), attempt(5)});
    world.advance(1s);
    (void)keep(note(6, 6)); // of the oldest that is unpaid
    CHECK(left() == "1256");
    (void)keep(ended(note(6, 6), errc::no_capacity));
    world.advance(1s);
    (void)open(note(7, 7, 'c'));
    book(7, 100);
    (void)open(note(8, 8, 'd'));
    book(8, 100);
    CHECK(left() == "1278");
    (void)keep(note(9, 9)); // nobody pays nothing any more: the one that is delivered
    CHECK(left() == "1789");
  }

  TEST_CASE_FIXTURE(uploads_fixture, "steps are bounded, whatever a sale does") {
    auto n = note(1, 1);
    for (int i = 0; i < 100; ++i)
      n.steps.push_back({"step", *world.now});
    (void)keep(n);
    CHECK(see(attempt(1)).steps.size() == 16);
  }

  TEST_CASE_FIXTURE(uploads_fixture, "a sale without a note leaves no record") {
    auto out = commit([&] {
      return s->open({sale_kind::upload, token_of(1), id_of('a'), offer_of(id_of('a')), 600s, 100, xrp});
    });
    REQUIRE(out);
    CHECK(out->upload.empty());
    CHECK(s->take_changed_uploads().empty());
  }
}
