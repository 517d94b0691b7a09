#include "actors/purchase/purchase.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

constexpr auto ledger_limit = 10s;
// The bridge answers by itself when time is up; this only bounds a bridge that does not.
constexpr auto margin = 5s;
// A part of the host that restarts is back within moments; what is paid waits for it.
constexpr int delivery_tries = 20;
constexpr std::chrono::milliseconds try_again_after = 500ms;

constexpr auto draining = "this host takes no new pods just now, as its operator is draining it;"
                          " pods that are here go on, and can be bought more time";

error restarting(caf::atom_value role) {
  return {errc::unavailable, "the host's " + caf::to_string(role) + " restarts; try again"};
}

bool is_same_request(const purchase& p, const sell& req) {
  return p.kind == req.kind && p.pod == req.pod && p.duration == req.duration
         && (p.state == purchase_state::owed || p.state == purchase_state::delivered);
}

} // namespace

purchase_actor_state::~purchase_actor_state() {
  if (answer_.pending())
    answer_.deliver(runtime::to_caf(
      {errc::unavailable, "the sale was interrupted; ask again with the same Pay-Token"}));
}

caf::behavior purchase_actor_state::make_behavior(sale_terms terms) {
  terms_ = std::move(terms);
  return {[this](const sell& req) { return on_sell(req); }, [this](tick_atom) { open(); }};
}

template <class Actor, class Message, class Then, class Else>
void purchase_actor_state::ask(caf::atom_value role, std::chrono::seconds limit, Message msg,
                               Then then, Else otherwise) {
  const auto actor = runtime::find<Actor>(self_->system(), role);
  if (!actor)
    return otherwise(restarting(role));
  self_->request(actor, limit, std::move(msg))
    .then(std::move(then),
          [otherwise](const caf::error& e) mutable { otherwise(runtime::from_caf(e)); });
}

template <class Actor, class Message, class Then>
void purchase_actor_state::ask(caf::atom_value role, std::chrono::seconds limit, Message msg,
                               Then then) {
  ask<Actor>(role, limit, std::move(msg), std::move(then),
             [this](const error& why) { fail(why); });
}

caf::result<sale_answer> purchase_actor_state::on_sell(const sell& req) {
  req_ = req;
  answer_ = self_->make_response_promise<sale_answer>();
  ask<ilp_actor>(role::ilp, ledger_limit, get_payment{req_.token},
                 [this](const payment_state& payment) { quote(payment); });
  return answer_;
}

// --- before any money: everything that may be refused is refused here -------------------------

void purchase_actor_state::quote(const payment_state& payment) {
  payment_ = payment;
  const auto price = price_of(terms_.board->cost_to_charge(terms_.utc_now()), payment.unit.scale, 1,
                              static_cast<uint64_t>(req_.duration.count()));
  if (!price)
    return fail(price.error());
  price_ = *price;
  if (req_.kind == sale_kind::extend)
    check_pod();
  else
    reserve_memory();
}

void purchase_actor_state::check_pod() {
  ask<keeper_actor>(role::keeper, ledger_limit, get_record{req_.pod},
                    [this](const pod_record& record) {
                      if (record.phase == pod_phase::expiring)
                        return fail({errc::unknown_pod, req_.pod.text});
                      see_payment();
                    });
}

void purchase_actor_state::reserve_memory() {
  ask<lifecycle_actor>(role::pods, ledger_limit, reserve{req_.pod, req_.offer->spec.machine},
                       [this](const reserved& held) {
                         if (held.pod_is_here)
                           see_payment();
                         else if (terms_.board->current()->draining)
                           fail({errc::unavailable, draining});
                         else
                           fetch();
                       });
}

void purchase_actor_state::fetch() {
  ask<lifecycle_actor>(role::pods, terms_.pull_limit + margin, fetch_images{req_.offer},
                       [this](images_ready) { see_payment(); });
}

void purchase_actor_state::see_payment() {
  if (payment_.stream_open)
    return open();
  ask<keeper_actor>(role::keeper, ledger_limit, get_token{req_.token},
                    [this](const token_state& token) {
                      bool go_on = token.credit >= price_;
                      for (const auto& p : token.purchases)
                        go_on = go_on || is_same_request(p, req_);
                      if (go_on)
                        return open();
                      sale_answer pay_first;
                      pay_first.what = sale_answer::outcome::pay_first;
                      pay_first.pay = payment_.pay;
                      pay_first.price = price_;
                      pay_first.credit = token.credit;
                      answer(std::move(pay_first));
                    });
}

// --- money ------------------------------------------------------------------------------------

void purchase_actor_state::open() {
  ask<keeper_actor>(
    role::keeper, ledger_limit,
    open_purchase{req_.kind, req_.token, req_.pod, req_.offer, req_.duration, price_, payment_.unit},
    [this](const purchase_opened& opened) {
      if (opened.sale.state == purchase_state::open)
        return receive(opened.sale.id, opened.due);
      deliver(opened.sale);
    });
}

void purchase_actor_state::receive(uint64_t purchase_id, uint64_t due) {
  ask<ilp_actor>(
    role::ilp, terms_.payment_limit + margin, collect{req_.token, due},
    [this](const collected& done) { deliver(done.sale); },
    [this, purchase_id](const error& why) { give_up(purchase_id, why); });
}

/// No money in time, or the bridge died. Only the ledger knows whether it came after all.
void purchase_actor_state::give_up(uint64_t purchase_id, const error& why) {
  ask<keeper_actor>(role::keeper, ledger_limit, abandon_purchase{purchase_id},
                    [this, why](const purchase& sale) {
                      if (sale.state == purchase_state::abandoned)
                        return fail_with_credit(why);
                      deliver(sale);
                    });
}

// --- paid ---------------------------------------------------------------------------------------

void purchase_actor_state::deliver(const purchase& sale) {
  const auto done = [this, sale] {
    sale_answer a;
    a.what = sale_answer::outcome::delivered;
    a.expires_at = sale.expires_at;
    a.price = sale.price;
    answer(std::move(a));
  };
  switch (sale.state) {
    case purchase_state::delivered: return done();
    case purchase_state::owed:
      return ask<lifecycle_actor>(
        role::pods, terms_.start_limit, fulfil_purchase{sale}, [done](const pod_up&) { done(); },
        [this](const error& why) { not_delivered(why); });
    case purchase_state::credited: return fail_with_credit({errc::unknown_pod, req_.pod.text});
    case purchase_state::open:
    case purchase_state::abandoned: return fail({errc::internal, "a sale without a payment"});
  }
}

/// The ledger is asked again what became of the purchase: nothing but `owed` is delivered.
void purchase_actor_state::not_delivered(const error& why) {
  if (why.code != errc::unavailable || ++tries_ > delivery_tries)
    return fail_with_credit(why);
  self_->delayed_send(self_, try_again_after, tick_atom::value);
}

void purchase_actor_state::fail_with_credit(const error& why) {
  ask<keeper_actor>(
    role::keeper, ledger_limit, get_token{req_.token},
    [this, why](const token_state& token) { fail(why, token.credit); },
    [this, why](const error&) { fail(why); });
}

void purchase_actor_state::answer(sale_answer a) {
  answer_.deliver(std::move(a));
  self_->quit();
}

void purchase_actor_state::fail(const error& why, uint64_t credit) {
  sale_answer a;
  a.price = price_;
  a.credit = credit;
  a.why = why;
  log::write(log::level::info, "purchase.refused",
             {{"pod", req_.pod.text},
              {"req", req_.request_id},
              {"err", to_string(why.code)},
              {"why", why.detail}});
  answer(std::move(a));
}

namespace {

caf::behavior purchase_desk_child(caf::stateful_actor<purchase_actor_state>* self,
                                  sale_terms terms) {
  runtime::end_on_exception(self);
  return self->state.make_behavior(terms);
}

} // namespace

sales_state::~sales_state() {
  for (auto& [address, sale] : open_)
    caf::anon_send_exit(sale, caf::exit_reason::user_shutdown);
}

sales_actor::behavior_type sales_state::make_behavior(sale_terms terms) {
  self_->set_down_handler([this](const caf::down_msg& down) { open_.erase(down.source); });
  return {
    [this, terms](const sell& req) -> caf::result<sale_answer> {
      caf::actor sale = self_->spawn<caf::monitored>(purchase_desk_child, terms);
      open_.emplace(sale.address(), sale);
      return self_->delegate(caf::actor_cast<sales_actor>(sale), req);
    },
  };
}

sales_actor::behavior_type sales(sales_actor::stateful_pointer<sales_state> self,
                                 sale_terms terms) {
  runtime::end_on_exception(static_cast<sales_actor::pointer>(self));
  return self->state.make_behavior(terms);
}

} // namespace codius::actors
