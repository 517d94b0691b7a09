#include "actors/keeper/keeper.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

namespace {

// Bounds the answers held back, and with them the longest wait for the disk.
constexpr size_t batch_limit = 256;

} // namespace

keeper_state::~keeper_state() {
  const status lost = error{errc::unavailable, "the ledger restarts; nothing of this was written"};
  for (auto& answer : std::exchange(waiting_, {}))
    answer(lost);
}

keeper_actor::behavior_type keeper_state::make_behavior(const keeper_deps& deps) {
  store_ = std::make_unique<runtime::store>(deps.path, deps.world);
  bell_ = deps.bell;
  uploads_ = deps.uploads;
  if (uploads_)
    uploads_->ring_all(); // those who follow one missed what happened since the last keeper
  auto& s = *store_;
  return {
    [&](const open_purchase& m) { return in_batch<purchase_opened>([&] { return s.open(m); }); },
    [&](const book_money& m) { return in_batch<money_booked>([&] { return s.book(m); }); },
    [&](const abandon_purchase& m) { return in_batch<purchase>([&] { return s.abandon(m); }); },
    [&](const deliver_purchase& m) { return in_batch<purchase>([&] { return s.deliver(m); }); },
    [&](const credit_purchase& m) {
      return in_batch<purchase_credited>([&] { return s.credit(m); });
    },
    [&](const get_token& m) { return in_batch<token_state>([&] { return s.token(m); }); },
    [&](const get_credits& m) { return in_batch<token_credits>([&] { return s.credits(m); }); },
    [&](get_owed) {
      return in_batch<purchase_list>([&]() -> result<purchase_list> {
        auto all = s.owed();
        if (!all)
          return all.error();
        return purchase_list{std::move(*all)};
      });
    },
    [&](get_records) {
      return in_batch<record_list>([&]() -> result<record_list> {
        auto all = s.records();
        if (!all)
          return all.error();
        return record_list{std::move(*all)};
      });
    },
    [&](const get_record& m) { return in_batch<pod_record>([&] { return s.record(m.id); }); },
    [&](const set_phase& m) { return in_batch<pod_record>([&] { return s.set(m); }); },
    [&](const begin_expiry& m) { return in_batch<pod_record>([&] { return s.expire(m); }); },
    [&](const forget_record& m) { return in_batch<record_forgotten>([&] { return s.forget(m); }); },
    [&](const get_pod_money& m) { return in_batch<pod_money>([&] { return s.money_of(m); }); },
    [&](get_totals) { return in_batch<ledger_totals>([&] { return s.totals(); }); },
    [&](get_kept_peers) {
      return in_batch<kept_peers>([&]() -> result<kept_peers> {
        auto all = s.peers();
        if (!all)
          return all.error();
        return kept_peers{std::move(*all)};
      });
    },
    [&](const keep_peers& m) { return in_batch<peers_kept>([&] { return s.keep(m); }); },
    [&](const get_events& m) { return in_batch<event_list>([&] { return s.events(m); }); },
    [&](const note_events& m) { return in_batch<events_noted>([&] { return s.note(m); }); },
    [&](const evict_pod& m) { return in_batch<pod_evicted>([&] { return s.evict(m); }); },
    [&](const keep_upload& m) { return in_batch<upload_view>([&] { return s.keep(m); }); },
    [&](const get_upload& m) { return in_batch<upload_view>([&] { return s.upload(m); }); },
    [this](flush_atom) { commit(); },
  };
}

template <class Reply>
caf::result<Reply> keeper_state::in_batch(const std::function<result<Reply>()>& op) {
  if (waiting_.empty()) {
    if (auto begun = store_->begin(); !begun)
      return runtime::to_caf(begun.error());
    // Whatever is in the mailbox by now comes before this message, and so into the batch.
    self_->send(self_, flush_atom::value);
  }
  auto answer = self_->make_response_promise<Reply>();
  waiting_.push_back([answer, out = op()](const status& committed) mutable {
    if (!committed)
      answer.deliver(runtime::to_caf(committed.error()));
    else if (!out)
      answer.deliver(runtime::to_caf(out.error()));
    else
      answer.deliver(std::move(*out));
  });
  if (waiting_.size() >= batch_limit)
    commit();
  return answer;
}

void keeper_state::commit() {
  if (waiting_.empty())
    return;
  const auto committed = store_->commit();
  if (!committed)
    log::write(log::level::error, "store.commit_failed", {{"why", committed.error().detail}});
  for (auto& answer : std::exchange(waiting_, {}))
    answer(committed);
  // Reading the log commits, too: without news nobody is told.
  if (bell_ && std::exchange(rung_for_, store_->last_event()) != store_->last_event())
    bell_->ring();
  for (const auto& id : store_->take_changed_uploads())
    if (uploads_)
      uploads_->ring(id);
}

keeper_actor::behavior_type keeper(keeper_actor::stateful_pointer<keeper_state> self,
                                   keeper_deps deps) {
  runtime::end_on_exception(static_cast<keeper_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<keeper_actor::pointer>(self));
  return self->state.make_behavior(deps);
}

} // namespace codius::actors
