#include "runtime/store/store.hpp"

#include "runtime/store/migrations.hpp"
#include "runtime/store/peer_rows.hpp"
#include "runtime/store/rows.hpp"

namespace codius::runtime {

namespace {

using namespace std::chrono_literals;

// An open purchase whose request died with its actor: nobody waits for it any more.
constexpr auto stale_after = 10min;
constexpr int purchases_shown = 16;

bool same_request(const purchase& p, const open_purchase& req) {
  return p.kind == req.kind && p.pod == req.pod && p.duration == req.duration;
}

bool is_paid(const purchase& p) {
  return p.state == purchase_state::owed || p.state == purchase_state::delivered;
}

error no_purchase(uint64_t id) { return {errc::not_found, "no purchase " + std::to_string(id)}; }

} // namespace

store::store(const std::string& path, env world)
  : world_(std::move(world)), db_(path), ledger_(db_) {
  migrate(db_);
  rows::abandon_all_open(db_, world_.utc_now());
}

status store::begin() {
  try {
    db_.exec("BEGIN IMMEDIATE");
    return ok();
  } catch (const database_error& e) {
    return error{errc::unavailable, e.what()};
  }
}

status store::commit() {
  try {
    db_.exec("COMMIT");
    return ok();
  } catch (const database_error& e) {
    rollback();
    return error{errc::unavailable, e.what()};
  }
}

void store::rollback() {
  try {
    db_.exec("ROLLBACK");
  } catch (const database_error&) {
    // SQLite had already rolled back by itself: nothing of the batch is left either way.
  }
}

template <class T>
result<T> store::atomically(const std::function<result<T>()>& op) {
  try {
    db_.exec("SAVEPOINT op");
    auto out = op();
    db_.exec(out ? "RELEASE op" : "ROLLBACK TO op; RELEASE op");
    return out;
  } catch (const database_error& e) {
    try {
      db_.exec("ROLLBACK TO op; RELEASE op");
    } catch (const database_error&) {
      // The whole batch is gone; its commit will say so.
    }
    return error{errc::unavailable, e.what()};
  }
}

result<purchase_opened> store::open(const open_purchase& req) {
  return atomically<purchase_opened>([&]() -> result<purchase_opened> {
    const auto now = world_.utc_now();
    for (auto& row : rows::purchases_of(db_, req.token, purchases_shown)) {
      auto& p = row.sale;
      if (is_paid(p) && same_request(p, req))
        return purchase_opened{p, 0, true};
      if (p.state != purchase_state::open)
        continue;
      if (same_request(p, req) && p.price == req.price) {
        const auto credit = ledger_.balance(ledger::token_account(req.token), row.unit);
        return purchase_opened{p, p.price > credit ? p.price - credit : 0, false};
      }
      if (now - row.opened_at < stale_after && !same_request(p, req))
        return error{errc::conflict, "another request with this Pay-Token waits for its payment"};
      settle(p, purchase_state::abandoned, "superseded");
    }
    if (req.kind == sale_kind::extend) {
      const auto pod = rows::find_pod(db_, req.pod);
      if (!pod || pod->phase == pod_phase::expiring)
        return error{errc::unknown_pod, req.pod.text};
    }
    purchase_opened out;
    out.sale = {static_cast<uint64_t>(rows::insert_purchase(db_, req, now)), req.kind, req.token,
                req.pod, req.duration, req.price, purchase_state::open, {}};
    pay_if_covered(out.sale, req.unit);
    if (out.sale.state == purchase_state::open)
      out.due = req.price - ledger_.balance(ledger::token_account(req.token), req.unit);
    return out;
  });
}

result<money_booked> store::book(const book_money& req) {
  return atomically<money_booked>([&]() -> result<money_booked> {
    const auto account = ledger::token_account(req.token);
    ledger_.receive(account, req.unit, req.amount, world_.utc_now());
    money_booked out;
    if (auto row = rows::open_purchase_of(db_, req.token); row && row->unit == req.unit) {
      pay_if_covered(row->sale, row->unit);
      if (row->sale.state != purchase_state::open)
        out.paid = row->sale;
    }
    out.credit = ledger_.balance(account, req.unit);
    return out;
  });
}

/// The one place where money turns into time: both happen in the batch, or neither does.
void store::pay_if_covered(purchase& p, const asset& unit) {
  const auto account = ledger::token_account(p.token);
  if (ledger_.balance(account, unit) < p.price)
    return;
  buy_time(p);
  if (p.state == purchase_state::owed)
    ledger_.move(account, "owed", unit, p.price, static_cast<int64_t>(p.id), world_.utc_now());
}

void store::buy_time(purchase& p) {
  const auto now = world_.utc_now();
  auto pod = rows::find_pod(db_, p.pod);
  const bool live = pod && pod->phase != pod_phase::expiring;
  if (!live && p.kind == sale_kind::extend)
    return settle(p, purchase_state::credited, "the pod ended before the payment arrived");
  if (live) {
    // From the current expiry, never from now: nobody loses time that was paid for.
    pod->expires_at += p.duration;
    rows::update_pod(db_, *pod);
  } else if (pod) {
    // Bought again while its former life is being removed: it starts anew after that.
    pod->started_at = now;
    pod->expires_at = now + p.duration;
    rows::update_pod(db_, *pod);
  } else {
    pod = pod_record{pod_phase::starting, now, now + p.duration, rows::offer_of(db_, p.id)};
    rows::insert_pod(db_, *pod);
  }
  p.expires_at = pod->expires_at;
  settle(p, purchase_state::owed, {});
  rows::drop_offer(db_, p.id);
}

void store::settle(purchase& p, purchase_state to, const std::string& why) {
  p.state = to;
  rows::update_purchase(db_, p, world_.utc_now(), why);
}

result<purchase> store::abandon(const abandon_purchase& req) {
  return atomically<purchase>([&]() -> result<purchase> {
    auto row = rows::find_purchase(db_, req.id);
    if (!row)
      return no_purchase(req.id);
    if (row->sale.state == purchase_state::open) {
      settle(row->sale, purchase_state::abandoned, "not paid in time");
      rows::drop_offer(db_, req.id);
    }
    return row->sale;
  });
}

result<purchase> store::deliver(const deliver_purchase& req) {
  return atomically<purchase>([&]() -> result<purchase> {
    auto row = rows::find_purchase(db_, req.id);
    if (!row)
      return no_purchase(req.id);
    auto& p = row->sale;
    if (p.state != purchase_state::owed)
      return p;
    ledger_.move("owed", "earned", row->unit, p.price, static_cast<int64_t>(p.id),
                 world_.utc_now());
    settle(p, purchase_state::delivered, {});
    if (auto pod = rows::find_pod(db_, p.pod);
        pod && (pod->phase == pod_phase::starting || pod->phase == pod_phase::restarting)) {
      pod->phase = pod_phase::running;
      rows::update_pod(db_, *pod);
    }
    return p;
  });
}

result<purchase_credited> store::credit(const credit_purchase& req) {
  return atomically<purchase_credited>([&]() -> result<purchase_credited> {
    auto row = rows::find_purchase(db_, req.id);
    if (!row)
      return no_purchase(req.id);
    auto& p = row->sale;
    const auto account = ledger::token_account(p.token);
    purchase_credited out;
    if (p.state == purchase_state::owed) {
      ledger_.move("owed", account, row->unit, p.price, static_cast<int64_t>(p.id),
                   world_.utc_now());
      settle(p, purchase_state::credited, req.why);
      if (auto pod = rows::find_pod(db_, p.pod)) {
        pod->expires_at -= p.duration;
        out.pod_over = pod->expires_at <= world_.utc_now();
        rows::update_pod(db_, *pod);
      }
    }
    out.sale = p;
    out.credit = ledger_.balance(account, row->unit);
    return out;
  });
}

result<token_state> store::token(const get_token& req) {
  return atomically<token_state>([&]() -> result<token_state> {
    token_state out;
    for (auto& row : rows::purchases_of(db_, req.token, purchases_shown)) {
      if (out.purchases.empty())
        out.credit = ledger_.balance(ledger::token_account(req.token), row.unit);
      out.purchases.push_back(std::move(row.sale));
    }
    return out;
  });
}

result<token_credits> store::credits(const get_credits& req) {
  return atomically<token_credits>(
    [&]() -> result<token_credits> { return ledger_.held(ledger::token_account(req.token)); });
}

result<std::vector<purchase>> store::owed() {
  return atomically<std::vector<purchase>>(
    [&]() -> result<std::vector<purchase>> { return rows::purchases_in(db_, purchase_state::owed); });
}

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
    pod->phase = req.phase;
    rows::update_pod(db_, *pod);
    return *pod;
  });
}

result<pod_record> store::expire(const begin_expiry& req) {
  return atomically<pod_record>([&]() -> result<pod_record> {
    auto pod = rows::find_pod(db_, req.id);
    if (!pod)
      return error{errc::unknown_pod, req.id.text};
    if (pod->expires_at <= world_.utc_now()) {
      pod->phase = pod_phase::expiring;
      rows::update_pod(db_, *pod);
    }
    return *pod;
  });
}

result<record_forgotten> store::forget(const forget_record& req) {
  return atomically<record_forgotten>([&]() -> result<record_forgotten> {
    auto pod = rows::find_pod(db_, req.id);
    if (!pod || pod->phase != pod_phase::expiring)
      return record_forgotten{pod.has_value()};
    if (pod->expires_at > world_.utc_now()) {
      pod->phase = pod_phase::starting;
      rows::update_pod(db_, *pod);
      return record_forgotten{true};
    }
    rows::delete_pod(db_, req.id);
    return record_forgotten{false};
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
    return peers_kept{};
  });
}

} // namespace codius::runtime
