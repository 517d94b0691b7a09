// The pods, and what else is kept beside the sales.
#include "runtime/store/amounts.hpp"
#include "runtime/store/peer_rows.hpp"
#include "runtime/store/rows.hpp"
#include "runtime/store/store.hpp"

namespace codius::runtime {

namespace {

constexpr uint64_t purchases_shown = 20;

} // namespace

result<std::vector<pod_record>> store::records() {
  return atomically<std::vector<pod_record>>(
    [&]() -> result<std::vector<pod_record>> { return rows::all_pods(db_); });
}

result<pod_record> store::record(const pod_id& id) {
  return atomically<pod_record>([&]() -> result<pod_record> {
    auto pod = rows::find_pod(db_, id);
    if (!pod)
      return error{errc::unknown_pod, id.text};
    return *pod;
  });
}

result<pod_record> store::set(const set_phase& req) {
  return atomically<pod_record>([&]() -> result<pod_record> {
    auto pod = rows::find_pod(db_, req.id);
    if (!pod)
      return error{errc::unknown_pod, req.id.text};
    enter(*pod, req.phase);
    return *pod;
  });
}

result<pod_record> store::expire(const begin_expiry& req) {
  return atomically<pod_record>([&]() -> result<pod_record> {
    auto pod = rows::find_pod(db_, req.id);
    if (!pod)
      return error{errc::unknown_pod, req.id.text};
    if (pod->expires_at <= world_.utc_now())
      enter(*pod, pod_phase::expiring);
    return *pod;
  });
}

result<record_forgotten> store::forget(const forget_record& req) {
  return atomically<record_forgotten>([&]() -> result<record_forgotten> {
    auto pod = rows::find_pod(db_, req.id);
    if (!pod || pod->phase != pod_phase::expiring)
      return record_forgotten{pod.has_value()};
    if (pod->expires_at > world_.utc_now()) {
      enter(*pod, pod_phase::starting);
      return record_forgotten{true};
    }
    rows::delete_pod(db_, req.id);
    tell("pod.removed", *pod);
    return record_forgotten{false};
  });
}

result<pod_money> store::money_of(const get_pod_money& query) {
  return atomically<pod_money>([&]() -> result<pod_money> {
    pod_money out;
    for (const auto& pod : query.pods) {
      auto& sums = out.of.emplace_back();
      for (const auto& row : rows::paid_purchases_of(db_, pod)) {
        add_amount(sums.paid, row.unit, row.sale.price);
        if (++sums.purchases <= purchases_shown)
          sums.latest.push_back(row.sale);
      }
    }
    return out;
  });
}

result<ledger_totals> store::totals() {
  return atomically<ledger_totals>([&]() -> result<ledger_totals> { return ledger_.totals(); });
}

result<std::vector<kept_peer>> store::peers() {
  return atomically<std::vector<kept_peer>>(
    [&]() -> result<std::vector<kept_peer>> { return rows::all_peers(db_); });
}

result<peers_kept> store::keep(const keep_peers& req) {
  return atomically<peers_kept>([&]() -> result<peers_kept> {
    rows::replace_peers(db_, req.all);
    for (const auto& n : req.notes)
      events_.add_text(n.kind, n.subject, n.detail, world_.utc_now());
    return peers_kept{};
  });
}

result<event_list> store::events(const get_events& query) {
  return atomically<event_list>([&]() -> result<event_list> { return events_.list(query); });
}

result<events_noted> store::note(const note_events& req) {
  return atomically<events_noted>([&]() -> result<events_noted> {
    for (const auto& n : req.all)
      events_.add_text(n.kind, n.subject, n.detail, world_.utc_now());
    return events_noted{};
  });
}

} // namespace codius::runtime
