#include "runtime/store/store.hpp"

#include "runtime/base/iso_time.hpp"
#include "runtime/base/log.hpp"
#include "runtime/store/event_chain.hpp"
#include "runtime/store/migrations.hpp"
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

json_object purchase_json(const purchase& p, const asset& unit) {
  return {{"purchase", p.id},
          {"token", token_mark(p.token)},
          {"price", std::to_string(p.price)},
          {"asset", ledger::key(unit)},
          {"seconds", p.duration.count()}};
}

error no_purchase(uint64_t id) { return {errc::not_found, "no purchase " + std::to_string(id)}; }

} // namespace

error store::failed(const database_error& e) {
  log::write(log::level::error, "ledger.failed", {{"why", e.what()}});
  return {errc::unavailable, "this host cannot read or write its ledger just now; ask again"};
}

store::store(const std::string& path, env world, event_bounds bounds, upload_limits limits)
  : world_(std::move(world)), limits_(limits), db_(path), ledger_(db_), events_(db_, bounds) {
  migrate(db_);
  abandon_all_open();
  end_stray_uploads();
}

void store::abandon_all_open() {
  db_.exec("BEGIN IMMEDIATE");
  for (auto& row : rows::open_purchases(db_)) {
    settle(row.sale, row.unit, purchase_state::abandoned, "the host was restarted");
    rows::drop_offer(db_, row.sale.id);
  }
  db_.exec("COMMIT");
}

status store::begin() {
  try {
    db_.exec("BEGIN IMMEDIATE");
    return ok();
  } catch (const database_error& e) {
    return failed(e);
  }
}

status store::commit() {
  try {
    db_.exec("COMMIT");
    return ok();
  } catch (const database_error& e) {
    rollback();
    return failed(e);
  }
}

void store::rollback() {
  try {
    db_.exec("ROLLBACK");
  } catch (const database_error&) {
    // SQLite had already rolled back by itself: nothing of the batch is left either way.
  }
}

result<purchase_opened> store::open(const open_purchase& req) {
  return atomically<purchase_opened>([&]() -> result<purchase_opened> {
    auto out = open_or_find(req);
    if (out && req.note)
      out->upload = link_upload(*req.note, out->sale);
    return out;
  });
}

result<purchase_opened> store::open_or_find(const open_purchase& req) {
  const auto now = world_.utc_now();
  for (auto& row : rows::purchases_of(db_, req.token, purchases_shown)) {
    auto& p = row.sale;
    if (is_paid(p) && same_request(p, req))
      return purchase_opened{p, 0, true};
    if (p.state != purchase_state::open || req.only_paid)
      continue;
    if (same_request(p, req) && p.price == req.price) {
      const auto credit = ledger_.balance(ledger::token_account(req.token), row.unit);
      return purchase_opened{p, p.price > credit ? p.price - credit : 0, false};
    }
    if (now - row.opened_at < stale_after && !same_request(p, req))
      return error{errc::conflict, "another request with this Pay-Token waits for its payment"};
    settle(p, row.unit, purchase_state::abandoned, "superseded");
  }
  if (req.only_paid)
    return error{errc::not_found, "nothing was paid for this request"};
  if (req.kind == sale_kind::extend) {
    const auto pod = rows::find_pod(db_, req.pod);
    if (!pod || pod->phase == pod_phase::expiring)
      return error{errc::unknown_pod, req.pod.text};
  }
  purchase_opened out;
  out.sale = {static_cast<uint64_t>(rows::insert_purchase(db_, req, now)),
              req.kind,
              req.token,
              req.pod,
              req.duration,
              req.price,
              purchase_state::open,
              {}};
  events_.add("purchase.opened", req.pod.text, purchase_json(out.sale, req.unit), now);
  pay_if_covered(out.sale, req.unit);
  if (out.sale.state == purchase_state::open)
    out.due = req.price - ledger_.balance(ledger::token_account(req.token), req.unit);
  return out;
}

result<money_booked> store::book(const book_money& req) {
  return atomically<money_booked>([&]() -> result<money_booked> {
    const auto account = ledger::token_account(req.token);
    ledger_.receive(account, req.unit, req.amount, world_.utc_now());
    const auto mark = token_mark(req.token);
    events_.add(
      "money.booked", mark,
      {{"token", mark}, {"amount", std::to_string(req.amount)}, {"asset", ledger::key(req.unit)}},
      world_.utc_now());
    money_booked out;
    if (auto row = rows::open_purchase_of(db_, req.token); row && row->unit == req.unit) {
      pay_if_covered(row->sale, row->unit);
      if (row->sale.state != purchase_state::open)
        out.paid = row->sale;
      else
        purchase_changed(row->sale);
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
  buy_time(p, unit);
  if (p.state == purchase_state::owed)
    ledger_.move(account, "owed", unit, p.price, static_cast<int64_t>(p.id), world_.utc_now());
}

void store::buy_time(purchase& p, const asset& unit) {
  const auto now = world_.utc_now();
  auto pod = rows::find_pod(db_, p.pod);
  const bool live = pod && pod->phase != pod_phase::expiring;
  if (!live && p.kind == sale_kind::extend)
    return settle(p, unit, purchase_state::credited, "the pod ended before the payment arrived");
  if (live) {
    // From the current expiry, never from now: nobody loses time that was paid for.
    pod->expires_at += p.duration;
    rows::update_pod(db_, *pod);
    tell("pod.extended", *pod, {{"purchase", p.id}, {"seconds", p.duration.count()}});
  } else if (pod) {
    // Bought again while its former life is being removed: it starts anew after that.
    pod->started_at = now;
    pod->expires_at = now + p.duration;
    rows::update_pod(db_, *pod);
    tell("pod.bought_again", *pod, {{"purchase", p.id}});
  } else {
    pod = pod_record{pod_phase::starting, now, now + p.duration, rows::offer_of(db_, p.id)};
    rows::insert_pod(db_, *pod);
    tell("pod.created", *pod, {{"purchase", p.id}});
  }
  p.expires_at = pod->expires_at;
  settle(p, unit, purchase_state::owed, {});
  rows::drop_offer(db_, p.id);
}

void store::settle(purchase& p, const asset& unit, purchase_state to, const std::string& why) {
  p.state = to;
  rows::update_purchase(db_, p, world_.utc_now(), why);
  auto detail = purchase_json(p, unit);
  if (!why.empty())
    detail.set("why", why);
  const std::string kind{to == purchase_state::owed ? "paid" : to_string(to)};
  events_.add("purchase." + kind, p.pod.text, detail, world_.utc_now());
  purchase_changed(p, why);
}

void store::tell(const char* kind, const pod_record& pod, json_object more) {
  more.set("expires", iso_time(pod.expires_at));
  events_.add(kind, pod.offer->spec.id.text, more, world_.utc_now());
}

/// Nothing is written for a phase that the pod is in already.
void store::enter(pod_record& pod, pod_phase phase) {
  if (pod.phase == phase)
    return;
  pod.phase = phase;
  rows::update_pod(db_, pod);
  const std::string kind{phase == pod_phase::expiring ? "ended" : to_string(phase)};
  tell(("pod." + kind).c_str(), pod);
}

result<purchase> store::abandon(const abandon_purchase& req) {
  return atomically<purchase>([&]() -> result<purchase> {
    auto row = rows::find_purchase(db_, req.id);
    if (!row)
      return no_purchase(req.id);
    if (row->sale.state == purchase_state::open) {
      settle(row->sale, row->unit, purchase_state::abandoned, "not paid in time");
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
    settle(p, row->unit, purchase_state::delivered, {});
    if (auto pod = rows::find_pod(db_, p.pod);
        pod && (pod->phase == pod_phase::starting || pod->phase == pod_phase::restarting))
      enter(*pod, pod_phase::running);
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
      settle(p, row->unit, purchase_state::credited, req.why);
      if (auto pod = rows::find_pod(db_, p.pod)) {
        pod->expires_at -= p.duration;
        out.pod_over = pod->expires_at <= world_.utc_now();
        rows::update_pod(db_, *pod);
        tell("pod.shortened", *pod, {{"purchase", p.id}, {"seconds", p.duration.count()}});
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
    [&]() -> result<std::vector<purchase>> { return rows::owed_purchases(db_); });
}

} // namespace codius::runtime
