#include "actors/purchase/purchase.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
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

constexpr auto interrupted = "the sale was interrupted; ask again with the same Pay-Token";

error restarting(caf::atom_value role) {
  return {errc::unavailable, "the host's " + caf::to_string(role) + " restarts; try again"};
}

bool is_same_request(const purchase& p, const sell& req) {
  return p.kind == req.kind && p.pod == req.pod && p.duration == req.duration
         && (p.state == purchase_state::owed || p.state == purchase_state::delivered);
}

} // namespace

const char* const draining_text
  = "this host takes no new pods just now, as its operator is draining it; pods that are here go"
    " on, and can be bought more time";

purchase_actor_state::~purchase_actor_state() {
  if (answer_.pending())
    answer_.deliver(runtime::to_caf({errc::unavailable, interrupted}));
  if (!written_)
    return;
  record_.failed({errc::unavailable, interrupted});
  tell_record();
}

caf::behavior purchase_actor_state::make_behavior(sale_terms terms) {
  terms_ = std::move(terms);
  return {[this](const sell& req) { return on_sell(req); },
          [this](tick_atom) { price_ ? open() : look_up_sale(); }};
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
  ask<Actor>(role, limit, std::move(msg), std::move(then), [this](const error& why) { fail(why); });
}

caf::result<sale_answer> purchase_actor_state::on_sell(const sell& req) {
  req_ = req;
  record_ = sale_record{req_};
  written_ = req_.waits && record_.is_kept(); // by the desk
  answer_ = self_->make_response_promise<sale_answer>();
  look_up_sale();
  return answer_;
}

/// What was paid before is answered as then, though the host be full, drained or out of reach of
/// its ledger meanwhile.
void purchase_actor_state::look_up_sale() {
  open_purchase request{req_.kind, req_.token, req_.pod, nullptr, req_.duration,
                        0,         {},         nullptr,  true};
  if (record_.is_kept())
    request.note = std::make_shared<const upload_note>(record_.note());
  ask<keeper_actor>(
    role::keeper, ledger_limit, std::move(request),
    [this](const purchase_opened& found) {
      upload_ = found.upload;
      deliver(found.sale);
    },
    [this](const error& why) {
      if (why.code != errc::not_found)
        return fail(why);
      look_up_payment();
    });
}

void purchase_actor_state::look_up_payment() {
  ask<ilp_actor>(role::ilp, ledger_limit, get_payment{req_.token},
                 [this](const payment_state& payment) { quote(payment); });
}

// --- before any money: everything that may be refused is refused here -------------------------

void purchase_actor_state::quote(const payment_state& payment) {
  payment_ = payment;
  if (!price_) {
    const auto price = price_of(terms_.board->cost_to_charge(terms_.utc_now()), payment.unit.scale,
                                1, static_cast<uint64_t>(req_.duration.count()));
    if (!price)
      return fail(price.error());
    price_ = *price;
    record_.price(*price_, payment.unit);
  }
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
                           fail({errc::draining, draining_text});
                         else
                           fetch();
                       });
}

void purchase_actor_state::fetch() {
  ask<lifecycle_actor>(role::pods, terms_.pull_limit + margin, fetch_images{req_.offer},
                       [this](images_ready) { see_payment(); });
}

void purchase_actor_state::see_payment() {
  record_.step("checked", terms_.utc_now());
  if (payment_.stream_open)
    return open();
  ask<keeper_actor>(role::keeper, ledger_limit, get_token{req_.token},
                    [this](const token_state& token) {
                      bool go_on = token.credit >= *price_;
                      for (const auto& p : token.purchases)
                        go_on = go_on || is_same_request(p, req_);
                      if (go_on)
                        open();
                      else if (req_.waits)
                        await_the_payer();
                      else
                        pay_first(token.credit);
                    });
}

void purchase_actor_state::pay_first(uint64_t credit) {
  sale_answer a;
  a.what = sale_answer::outcome::pay_first;
  a.pay = payment_.pay;
  a.price = *price_;
  a.credit = credit;
  answer(std::move(a));
}

/// Memory is not held for who may never come.
void purchase_actor_state::await_the_payer() {
  const auto now = terms_.utc_now();
  const auto most = terms_.board->current()->payment_timeout;
  if (!pay_until_)
    pay_until_ = now + most;
  const auto left = std::min<std::chrono::milliseconds>(*pay_until_ - now, most);
  if (left <= 0ms)
    return fail_with_credit({errc::payment_timeout, "Failed to get payment before timeout"});
  if (const auto pods = runtime::find<lifecycle_actor>(self_->system(), role::pods))
    self_->send(pods, release{req_.pod});
  record_.payable(payment_.pay, *pay_until_);
  note("awaiting_payment");
  ask<ilp_actor>(
    role::ilp, std::chrono::ceil<std::chrono::seconds>(left) + margin,
    await_payer{req_.token, left},
    [this](payer_here) {
      note("payer_connected");
      look_up_payment();
    },
    [this](const error& why) { fail_with_credit(why); });
}

// --- money ------------------------------------------------------------------------------------

void purchase_actor_state::open() {
  open_purchase request{req_.kind, req_.token,    req_.pod, req_.offer, req_.duration,
                        *price_,   payment_.unit, nullptr,  false};
  if (record_.is_kept()) {
    request.note = std::make_shared<const upload_note>(record_.note());
    written_ = true;
  }
  ask<keeper_actor>(role::keeper, ledger_limit, std::move(request),
                    [this](const purchase_opened& opened) {
                      upload_ = opened.upload;
                      if (opened.sale.state == purchase_state::open)
                        return receive(opened.sale.id, opened.due);
                      deliver(opened.sale);
                    });
}

void purchase_actor_state::receive(uint64_t purchase_id, uint64_t due) {
  const auto limit = terms_.board->current()->payment_timeout;
  ask<ilp_actor>(
    role::ilp, limit + margin, collect{req_.token, due, limit},
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

/// Of a pod that was delivered the ledger tells the record; of everything else this sale does.
void purchase_actor_state::answer(sale_answer a) {
  a.upload = upload_;
  const bool delivered = a.what == sale_answer::outcome::delivered;
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (delivered || !record_.is_kept() || !keeper)
    return give(std::move(a));
  const bool unpaid = a.what == sale_answer::outcome::pay_first;
  record_.failed(unpaid ? error{errc::payment_required, "Payment Required"} : a.why);
  self_->request(keeper, ledger_limit, keep_upload{record_.note()})
    .then(
      [this, a](const upload_view& view) mutable {
        a.upload = view.id;
        give(std::move(a));
      },
      [this, a](const caf::error&) { give(a); });
}

void purchase_actor_state::give(sale_answer a) {
  written_ = false;
  if (a.what == sale_answer::outcome::delivered)
    log::write(log::level::info, "purchase.delivered",
               {{"pod", req_.pod.text}, {"req", req_.request_id}});
  answer_.deliver(std::move(a));
  self_->quit();
}

void purchase_actor_state::note(const char* step) {
  record_.step(step, terms_.utc_now());
  if (written_)
    tell_record();
}

void purchase_actor_state::tell_record() {
  if (const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper))
    caf::anon_send(keeper, keep_upload{record_.note()});
}

void purchase_actor_state::fail(const error& why, uint64_t credit) {
  sale_answer a;
  a.price = price_.value_or(0);
  a.credit = credit;
  a.why = why;
  log::write(log::level::info, "purchase.refused",
             {{"pod", req_.pod.text},
              {"req", req_.request_id},
              {"err", to_string(why.code)},
              {"why", why.detail}});
  answer(std::move(a));
}

caf::behavior purchase_sale(caf::stateful_actor<purchase_actor_state>* self, sale_terms terms) {
  runtime::end_on_exception(self);
  return self->state.make_behavior(std::move(terms));
}

} // namespace codius::actors
