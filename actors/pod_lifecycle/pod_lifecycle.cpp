#include "actors/pod_lifecycle/pod_lifecycle.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/run_blocking.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

constexpr auto ledger_limit = 10s;
constexpr auto load_again_after = 500ms;

} // namespace

lifecycle_state::~lifecycle_state() {
  for (auto& [ticket, answer] : fetching_)
    answer.deliver(runtime::to_caf({errc::unavailable, "the host's pods are being looked up"}));
  while (!fulfilling_.empty())
    refuse(fulfilling_.begin()->first, {errc::unavailable, "the host's pods are being looked up"});
  for (const auto& [id, e] : pods_)
    if (e.live)
      caf::anon_send_exit(e.live, caf::exit_reason::user_shutdown);
}

lifecycle_actor::behavior_type lifecycle_state::make_behavior(lifecycle_deps deps) {
  deps_ = std::move(deps);
  memory_ = reservations{deps_.sellable()};
  self_->set_down_handler([this](const caf::down_msg& down) {
    on_holder_gone(down.source);
    on_pod_ended(down.source);
  });
  load();
  return {
    [this](const reserve& m) { return on_reserve(m); },
    [this](const release& m) {
      const auto sender = caf::actor_cast<caf::actor_addr>(self_->current_sender());
      const auto [from, to] = holders_.equal_range(sender);
      for (auto held = from; held != to; ++held)
        if (held->second == m.pod) {
          memory_.release(m.pod);
          holders_.erase(held);
          return;
        }
    },
    [this](const fetch_images& m) { return on_fetch_images(m); },
    [this](const fulfil_purchase& m) { return on_fulfil(m); },
    [this](const lease_over& m) { on_lease_over(m.id); },
    [this](get_capacity) { return look(); },
    [this](const evict_pod& m) { return on_evict(m); },
    [this](tick_atom) {
      if (loaded_)
        ask_runtime();
      else
        load();
    },
    [this](const runtime_listed& seen) { on_listed(seen); },
    [this](const images_fetched& outcome) { on_images_fetched(outcome); },
  };
}

// --- beginning ------------------------------------------------------------------------------

void lifecycle_state::load() {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper) {
    self_->delayed_send(self_, load_again_after, tick_atom::value);
    return;
  }
  self_->request(keeper, ledger_limit, get_records{})
    .then([this](const record_list& records) { on_loaded(records.all); },
          [this](const caf::error&) {
            self_->delayed_send(self_, load_again_after, tick_atom::value);
          });
}

void lifecycle_state::on_loaded(const std::vector<pod_record>& records) {
  if (std::exchange(loaded_, true))
    return;
  for (const auto& record : records) {
    if (record.phase != pod_phase::expiring && record.expires_at <= deps_.world.utc_now())
      on_lease_over(record.offer->spec.id); // its end was missed: do not start it just to end it
    else
      adopt(record);
  }
  deliver_owed();
  ask_runtime();
}

/// What was paid when the host, or this actor, went down is delivered now.
void lifecycle_state::deliver_owed() {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return;
  self_->request(keeper, ledger_limit, get_owed{})
    .then(
      [this](const purchase_list& owed) {
        for (const auto& sale : owed.all)
          if (fulfilling_.try_emplace(sale.id).second)
            fulfil(sale, 0);
      },
      [](const caf::error&) {});
}

// --- memory and images ----------------------------------------------------------------------

caf::result<reserved> lifecycle_state::on_reserve(const reserve& req) {
  if (!loaded_)
    return runtime::to_caf({errc::busy, "the host is starting"});
  const auto at = pods_.find(req.pod.text);
  const bool here = at != pods_.end() && at->second.recorded;
  memory_.set_sellable(deps_.sellable());
  if (!memory_.reserve(req.pod, req.machine.memory_bytes))
    return runtime::to_caf({errc::no_capacity, "Memory usage exceeded. Send pod request later."});
  if (const auto& holder = self_->current_sender()) {
    const auto address = caf::actor_cast<caf::actor_addr>(holder);
    if (!holders_.contains(address))
      self_->monitor(address);
    holders_.emplace(address, req.pod);
  }
  return reserved{here};
}

void lifecycle_state::on_holder_gone(const caf::actor_addr& holder) {
  const auto [from, to] = holders_.equal_range(holder);
  for (auto held = from; held != to; ++held)
    memory_.release(held->second);
  holders_.erase(from, to);
}

caf::result<images_ready> lifecycle_state::on_fetch_images(const fetch_images& req) {
  const auto ticket = ++last_ticket_;
  auto answer = self_->make_response_promise<images_ready>();
  fetching_.emplace(ticket, answer);
  runtime::run_blocking(
    deps_.pulls, lifecycle_actor{self_},
    [engine = deps_.pods.engine, offer = req.offer] {
      return engine->ensure_images(offer->spec, {}, {});
    },
    [ticket](const status& done) -> images_fetched {
      if (!done)
        return {ticket, done.error()};
      return {ticket, {}};
    });
  return answer;
}

void lifecycle_state::on_images_fetched(const images_fetched& outcome) {
  auto waiting = fetching_.extract(outcome.ticket);
  if (waiting.empty())
    return;
  if (outcome.failure)
    waiting.mapped().deliver(runtime::to_caf(*outcome.failure));
  else
    waiting.mapped().deliver(images_ready{});
}

// --- seeing purchases through ---------------------------------------------------------------

caf::result<pod_up> lifecycle_state::on_fulfil(const fulfil_purchase& req) {
  auto answer = self_->make_response_promise<pod_up>();
  const auto [at, first] = fulfilling_.try_emplace(req.sale.id);
  at->second.push_back(answer);
  if (first)
    fulfil(req.sale, 0);
  return answer;
}

void lifecycle_state::fulfil(const purchase& sale, int tries) {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper) // the purchase stays owed, and is delivered when this actor restarts with the ledger
    return refuse(sale.id, {errc::unavailable, "the ledger restarts"});
  self_->request(keeper, ledger_limit, get_record{sale.pod})
    .then(
      [=, this](const pod_record& record) {
        adopt(record);
        watch(sale.pod, record.expires_at);
        bring_up_pod(sale, tries);
      },
      [=, this](const caf::error& e) {
        const auto why = runtime::from_caf(e);
        if (why.code != errc::unknown_pod) // a ledger that fails says nothing about the pod
          return refuse(sale.id, why);
        forget(sale.pod);
        undeliverable(sale, why);
      });
}

void lifecycle_state::bring_up_pod(const purchase& sale, int tries) {
  const auto at = pods_.find(sale.pod.text);
  if (at == pods_.end() || !at->second.live)
    return undeliverable(sale, {errc::start_failed, "the pod ended meanwhile"});
  const auto asked = at->second.live;
  self_->request(asked, caf::infinite, bring_up{})
    .then([=, this](const pod_started&) { delivered(sale); },
          [=, this](const caf::error& e) {
            const auto why = runtime::from_caf(e);
            if (why.code != errc::unavailable || tries >= 3)
              return undeliverable(sale, why);
            // The pod actor died or ended under the request: the next one knows better.
            disown(sale.pod, asked);
            fulfil(sale, tries + 1);
          });
}

/// The books are settled before the payer is told, so that they agree whenever anyone looks. Should
/// that fail, the pod runs all the same: the purchase is found owed, and delivered, after a restart.
void lifecycle_state::delivered(const purchase& sale) {
  auto tell = [=, this] {
    if (const auto at = pods_.find(sale.pod.text); at != pods_.end())
      at->second.recorded = true;
    auto waiting = fulfilling_.extract(sale.id);
    if (!waiting.empty())
      for (auto& answer : waiting.mapped())
        answer.deliver(pod_up{sale.pod, sale.expires_at});
  };
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return tell();
  self_->request(keeper, ledger_limit, deliver_purchase{sale.id})
    .then([=, this](const purchase& p) {
            if (p.state == purchase_state::credited) // the operator ended the pod at this moment
              return refuse(sale.id, {errc::start_failed, "the pod was ended by the operator"});
            tell();
          },
          [tell, id = sale.id](const caf::error& e) {
            log::write(log::level::error, "purchase.not_settled",
                       {{"purchase", id}, {"why", runtime::describe(e)}});
            tell();
          });
}

void lifecycle_state::undeliverable(const purchase& sale, const error& why) {
  log::write(log::level::warn, "purchase.undeliverable",
             {{"pod", sale.pod.text},
              {"purchase", std::to_string(sale.id)},
              {"err", to_string(why.code)},
              {"why", why.detail}});
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return refuse(sale.id, {errc::unavailable, "the ledger restarts"});
  self_->request(keeper, ledger_limit, credit_purchase{sale.id, why.detail})
    .then(
      [=, this](const purchase_credited& done) {
        if (done.pod_over)
          on_lease_over(sale.pod);
        // Final for this purchase, whatever it was: asking again would only spend the credit.
        refuse(sale.id, {why.code == errc::unavailable ? errc::start_failed : why.code, why.detail});
      },
      [=, this](const caf::error& e) { refuse(sale.id, runtime::from_caf(e)); });
}

void lifecycle_state::refuse(uint64_t purchase_id, const error& why) {
  auto waiting = fulfilling_.extract(purchase_id);
  if (waiting.empty())
    return;
  for (auto& answer : waiting.mapped())
    answer.deliver(runtime::to_caf(why));
}

// --- pods -----------------------------------------------------------------------------------

void lifecycle_state::adopt(const pod_record& record) {
  const auto& id = record.offer->spec.id;
  auto& e = pods_[id.text];
  e.offer = record.offer;
  e.recorded = record.phase != pod_phase::expiring;
  memory_.pod_added(id, record.offer->spec.machine.memory_bytes);
  if (e.live)
    return;
  e.live = self_->spawn<caf::monitored>(pod, deps_.pods, record);
  by_actor_[e.live.address()] = id;
  if (record.phase == pod_phase::expiring)
    return take_down_pod(id);
  watch(id, record.expires_at);
}

void lifecycle_state::disown(const pod_id& id, const pod_actor& dead) {
  by_actor_.erase(dead.address());
  if (const auto at = pods_.find(id.text); at != pods_.end() && at->second.live == dead)
    at->second.live = nullptr;
}

void lifecycle_state::on_pod_ended(const caf::actor_addr& actor) {
  const auto known = by_actor_.find(actor);
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (known == by_actor_.end() || !keeper)
    return; // without the keeper this actor restarts, too
  const auto id = known->second;
  pods_[id.text].live = nullptr;
  by_actor_.erase(known);
  // Ended because its pod is gone, or died: the ledger knows which.
  self_->request(keeper, ledger_limit, get_record{id})
    .then([this](const pod_record& record) { adopt(record); },
          [this, id](const caf::error& e) {
            if (runtime::from_caf(e).code == errc::unknown_pod)
              forget(id);
          });
}

/// The ledger does not know the pod any more: its memory may be sold again.
void lifecycle_state::forget(const pod_id& id) {
  const auto at = pods_.find(id.text);
  if (at == pods_.end() || at->second.live)
    return;
  memory_.pod_removed(id);
  pods_.erase(at);
}

void lifecycle_state::on_lease_over(const pod_id& id) {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return;
  self_->request(keeper, ledger_limit, begin_expiry{id})
    .then(
      [this, id](const pod_record& record) {
        if (record.phase != pod_phase::expiring)
          return watch(id, record.expires_at);
        log::write(log::level::info, "pod.expired", {{"pod", id.text}});
        adopt(record);
        take_down_pod(id);
      },
      [this, id](const caf::error& e) {
        if (runtime::from_caf(e).code != errc::unknown_pod)
          watch(id, deps_.world.utc_now() + 1s);
      });
}

void lifecycle_state::take_down_pod(const pod_id& id) {
  const auto at = pods_.find(id.text);
  if (at == pods_.end() || !at->second.live)
    return;
  at->second.recorded = false;
  self_->request(at->second.live, caf::infinite, take_down{})
    .then([](const pod_gone&) {}, [this, id](const caf::error&) {
      // Its actor died; the next one takes over from the ledger, which says `expiring`.
    });
}

void lifecycle_state::watch(const pod_id& id, utc_time due) {
  if (const auto expiry = runtime::find<expiry_actor>(self_->system(), role::expiry))
    self_->send(expiry, watch_lease{id, due});
}

lifecycle_actor::behavior_type
pod_lifecycle(lifecycle_actor::stateful_pointer<lifecycle_state> self, lifecycle_deps deps) {
  runtime::end_on_exception(static_cast<lifecycle_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<lifecycle_actor::pointer>(self));
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
