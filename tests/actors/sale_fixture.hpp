#pragma once
#include "actors/expiry_timer/expiry_timer.hpp"
#include "actors/keeper/keeper.hpp"
#include "actors/pod_lifecycle/pod_lifecycle.hpp"
#include "actors/purchase/sales.hpp"
#include "actors/reverse_proxy/reverse_proxy.hpp"
#include "runtime/actor/supervisor.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_world.hpp"
#include "tests/support/offers.hpp"
#include "tests/support/scripted_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/actor_registry.hpp>

#include <set>

namespace codius::tests {

/// What stands in for the Interledger side: the test says who is connected and what they pay.
struct till {
  std::set<pay_token> connected;
  bool down = false; ///< the way to the ledger
  std::map<pay_token, std::vector<caf::typed_response_promise<collected>>> waiting;
  std::map<pay_token, uint64_t> due;
  std::map<pay_token, std::vector<caf::typed_response_promise<payer_here>>> expected;
};

inline ilp_actor::behavior_type till_keeper(ilp_actor::pointer self, std::shared_ptr<till> t) {
  return {
    [t](const get_payment& m) -> caf::result<payment_state> {
      if (t->down)
        return runtime::to_caf({errc::payments_down, "out of reach"});
      payment_state out;
      out.unit = {"XRP", 9};
      out.stream_open = t->connected.contains(m.token);
      out.pay.address = "test.host.x";
      return out;
    },
    [t, self](const collect& m) -> caf::result<collected> {
      auto answer = self->make_response_promise<collected>();
      t->due[m.token] = m.due;
      t->waiting[m.token].push_back(answer);
      return answer;
    },
    [t, self](const await_payer& m) -> caf::result<payer_here> {
      auto answer = self->make_response_promise<payer_here>();
      t->expected[m.token].push_back(answer);
      return answer;
    },
    [](get_ledger) { return ledger_link{true, {"XRP", 9}, "test.host", {}, {}}; },
    [](get_switch) { return own_switch{}; },
    [t](const money_came& m) {
      auto w = t->waiting.extract(m.sale.token);
      if (!w.empty())
        for (auto& answer : w.mapped())
          answer.deliver(collected{m.sale});
    },
    [t](const collect_over& m) {
      auto w = t->waiting.extract(m.token);
      if (!w.empty())
        for (auto& answer : w.mapped())
          answer.deliver(runtime::to_caf({errc::payment_timeout, "too late"}));
      auto e = t->expected.extract(m.token);
      if (!e.empty())
        for (auto& answer : e.mapped())
          answer.deliver(runtime::to_caf({errc::payment_timeout, "too late"}));
    },
    [t](const payer_came& m) {
      t->connected.insert(m.token);
      auto e = t->expected.extract(m.token);
      if (!e.empty())
        for (auto& answer : e.mapped())
          answer.deliver(payer_here{});
    },
    [](const run_here&) {},
  };
}

inline runtime::host_terms terms_at(decimal cost_per_month) {
  runtime::host_terms out;
  out.cost_per_month = cost_per_month;
  return out;
}
inline runtime::host_terms drained_terms() {
  auto out = terms_at({10, 0});
  out.draining = true;
  return out;
}

/// The actors of a sale in one thread on virtual time: nothing happens until `run` or `step`.
struct sale_fixture : actor_fixture {
  fake_world world;
  std::string db = ":memory:";
  std::shared_ptr<scripted_runtime> engine = std::make_shared<scripted_runtime>();
  std::shared_ptr<net::route_table> routes = std::make_shared<net::route_table>();
  std::shared_ptr<till> money = std::make_shared<till>();
  std::shared_ptr<runtime::terms_board> board
    = std::make_shared<runtime::terms_board>(terms_at({10, 0}));
  size_t most_later = 100;
  uint64_t sellable = 4 * machine_size{}.memory_bytes;
  std::shared_ptr<actors::upload_watch> uploads = std::make_shared<actors::upload_watch>();
  asio::io_context io;
  std::vector<std::pair<caf::atom_value, caf::actor>> actors;

  ~sale_fixture() override { stop_all(); }

  void start_all() {
    enlist(role::keeper, sys.spawn(actors::keeper, actors::keeper_deps{db, world.door(), nullptr, uploads}));
    enlist(role::ilp, sys.spawn(till_keeper, money));
    enlist(role::proxy, sys.spawn(actors::reverse_proxy, routes, world.door()));
    start_hosting();
    actors::sale_terms terms;
    terms.board = board;
    terms.utc_now = world.door().utc_now;
    terms.most_later = most_later;
    enlist(role::sales, sys.spawn(actors::sales, terms));
    run();
  }

  void start_hosting() {
    enlist(role::expiry, sys.spawn(actors::expiry_timer, world.door()));
    actors::lifecycle_deps deps;
    deps.pods = {engine, io.get_executor()};
    deps.pulls = io.get_executor();
    deps.world = world.door();
    deps.total_bytes = 2 * sellable;
    deps.sellable_bytes = sellable;
    enlist(role::pods, sys.spawn(actors::pod_lifecycle, deps));
  }

  template <class Handle>
  void enlist(caf::atom_value id, const Handle& h) {
    sys.registry().put(id, caf::actor_cast<caf::strong_actor_ptr>(h));
    actors.emplace_back(id, caf::actor_cast<caf::actor>(h));
  }

  void kill(caf::atom_value id) {
    for (auto at = actors.begin(); at != actors.end(); ++at)
      if (at->first == id) {
        sys.registry().erase(id);
        self->send_exit(at->second, caf::exit_reason::kill);
        actors.erase(at);
        break;
      }
  }

  void stop_all() {
    while (!actors.empty())
      kill(actors.back().first);
    run();
  }

  void run() override {
    do
      sched.run();
    while (io.restart(), io.poll() > 0 || sched.has_job());
  }

  /// One message, or one piece of blocking work. False when nothing is left to do.
  bool step() {
    if (sched.try_run_once())
      return true;
    io.restart();
    return io.poll_one() > 0;
  }

  void pass(std::chrono::milliseconds time) {
    world.advance(time);
    advance(time);
  }

  sell upload(uint8_t token, char pod, std::chrono::seconds d = std::chrono::seconds{600}) {
    return {sale_kind::upload, token_of(token), id_of(pod), offer_of(id_of(pod)), d, "test"};
  }

  /// Sends the request; the answer is there once the sale has ended.
  std::shared_ptr<std::optional<sale_answer>> send(const sell& request) {
    auto out = std::make_shared<std::optional<sale_answer>>();
    const auto desk = runtime::find<sales_actor>(sys, role::sales);
    sys.spawn([=](caf::event_based_actor* me) -> caf::behavior {
      me->request(desk, caf::infinite, request)
        .then([=](const sale_answer& a) { *out = a; me->quit(); },
              [=](const caf::error&) { me->quit(); });
      return {[](caf::unit_t) {}};
    });
    return out;
  }

  /// What a STREAM packet does: booked first, then told.
  result<money_booked> pay(uint8_t token, uint64_t amount) {
    const auto keeper = runtime::find<keeper_actor>(sys, role::keeper);
    auto booked = ask<money_booked>(keeper, book_money{token_of(token), amount, {"XRP", 9}});
    if (booked && booked->paid)
      caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), money_came{*booked->paid});
    run();
    return booked;
  }

  sale_answer buy(uint8_t token, char pod, std::chrono::seconds d = std::chrono::seconds{600}) {
    money->connected.insert(token_of(token));
    const auto answer = send(upload(token, pod, d));
    run();
    if (!*answer && money->waiting.contains(token_of(token)))
      (void)pay(token, money->due[token_of(token)]);
    if (!*answer)
      pass(std::chrono::seconds{1}); // starts that failed are tried again
    REQUIRE(*answer);
    return **answer;
  }

  ledger_totals::line totals() {
    const auto keeper = runtime::find<keeper_actor>(sys, role::keeper);
    const auto out = ask<ledger_totals>(keeper, get_totals{});
    REQUIRE(out);
    if (out->assets.empty())
      return {};
    CHECK(out->assets[0].received
          == out->assets[0].earned + out->assets[0].owed + out->assets[0].credit);
    return out->assets[0];
  }

  capacity used() {
    const auto out = ask<capacity>(runtime::find<lifecycle_actor>(sys, role::pods), get_capacity{});
    REQUIRE(out);
    return *out;
  }
};

} // namespace codius::tests
