// The records of sales. What they say of money is looked up in the ledger, each time.
#include "runtime/store/rows.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/upload_rows.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

constexpr auto restarted = "the host was restarted before the payment was complete; ask again with"
                           " the same Pay-Token";

bool is_delivered(const purchase* p) {
  return p != nullptr && p->state == purchase_state::delivered;
}

rows::upload_worth worth_of(const rows::upload_row& row, const purchase* p) {
  const bool owed = p != nullptr && p->state == purchase_state::owed;
  const bool paid
    = owed || is_delivered(p) || (p != nullptr && p->state == purchase_state::credited);
  // What is owed is not over, whatever its sale said: the host still sees it through.
  const bool over = is_delivered(p) || (row.note.failure && !owed);
  using enum rows::upload_worth;
  return over ? (paid ? over_paid : over_unpaid) : (paid ? open_paid : open_unpaid);
}

upload_state state_of(const rows::upload_row& row, const purchase* p) {
  using enum upload_state;
  if (is_delivered(p))
    return running;
  if (row.over())
    return row.note.failure && row.note.failure->code == errc::payment_required ? unpaid : failed;
  if (p == nullptr)
    return row.note.pay.empty() ? checking : awaiting_payment;
  const bool paid = p->state == purchase_state::owed || p->state == purchase_state::credited;
  return paid ? starting : awaiting_payment;
}

void add_step(upload_view& view, const char* name, std::optional<utc_time> at) {
  if (at)
    view.steps.push_back({name, *at});
}

} // namespace

/// The record that a note is about, with the note in it if its attempt may speak.
rows::upload_row store::upload_for(const upload_note& note, bool& mine) {
  auto row = rows::find_upload(db_, note);
  mine = true;
  if (!row) {
    const auto oldest = world_.utc_now() - limits_.kept;
    auto gone = rows::make_room_for_upload(db_, oldest, limits_.most);
    changed_uploads_.insert(changed_uploads_.end(), gone.begin(), gone.end());
    return {note.attempt, 0, note, 0, rows::upload_worth::open_unpaid, {}};
  }
  const auto paid = row->purchase == 0 ? std::nullopt : rows::find_purchase(db_, row->purchase);
  const auto* p = paid ? &paid->sale : nullptr;
  mine = row->note.attempt == note.attempt || (row->note.attempt.empty() && !is_delivered(p));
  if (!mine)
    return *row;
  if (row->note.attempt != note.attempt && row->over())
    row->purchase = 0; // begun anew
  row->note = note;
  return *row;
}

void store::write_upload(rows::upload_row& row, const purchase* p) {
  row.worth = worth_of(row, p);
  if (row.over() || row.note.failure)
    row.note.attempt.clear();
  ++row.version;
  row.changed_at = world_.utc_now();
  rows::put_upload(db_, row);
  changed_uploads_.push_back(row.id);
}

result<upload_view> store::keep(const keep_upload& req) {
  return atomically<upload_view>([&]() -> result<upload_view> {
    bool mine = false;
    auto row = upload_for(req.note, mine);
    if (mine) {
      const auto paid = row.purchase == 0 ? std::nullopt : rows::find_purchase(db_, row.purchase);
      write_upload(row, paid ? &paid->sale : nullptr);
    }
    auto out = view_of(row);
    out.mine = mine;
    return out;
  });
}

result<upload_view> store::upload(const get_upload& req) {
  return atomically<upload_view>([&]() -> result<upload_view> {
    const auto row = rows::find_upload(db_, req.id);
    if (!row || (row->over() && row->changed_at + limits_.kept <= world_.utc_now()))
      return error{errc::not_found, "no upload with id " + req.id};
    return view_of(*row);
  });
}

/// Part of opening a purchase: whoever finds the one finds the other, also after a crash.
std::string store::link_upload(const upload_note& note, const purchase& p) {
  bool mine = false;
  auto row = upload_for(note, mine);
  if (!mine && row.purchase == p.id)
    return row.id;
  row.purchase = p.id;
  write_upload(row, &p);
  return row.id;
}

/// The purchase is another than it was, or money came for it.
void store::purchase_changed(const purchase& p, const std::string& why) {
  auto row = rows::upload_of_purchase(db_, p.id);
  if (!row)
    return;
  // While its sale lives, the sale says why; it knows more.
  if (row->note.attempt.empty() && p.state == purchase_state::credited)
    row->note.failure = error{errc::start_failed, why};
  if (row->note.attempt.empty() && p.state == purchase_state::abandoned)
    row->note.failure = error{errc::payment_timeout, why};
  write_upload(*row, &p);
}

/// At the start: no sale is at work, and what is not owed is over.
void store::end_stray_uploads() {
  db_.exec("BEGIN IMMEDIATE");
  for (auto& row : rows::open_uploads(db_)) {
    const auto paid = row.purchase == 0 ? std::nullopt : rows::find_purchase(db_, row.purchase);
    const auto state = paid ? paid->sale.state : purchase_state::abandoned;
    row.note.attempt.clear();
    if (state == purchase_state::credited && !row.note.failure)
      row.note.failure = error{errc::start_failed, rows::story_of(db_, row.purchase).why};
    else if (state == purchase_state::abandoned && !row.note.failure)
      row.note.failure = error{errc::unavailable, restarted};
    write_upload(row, paid ? &paid->sale : nullptr);
  }
  db_.exec("COMMIT");
}

// --- what others see ----------------------------------------------------------------------------

upload_view store::view_of(const rows::upload_row& row) {
  const auto paid = row.purchase == 0 ? std::nullopt : rows::find_purchase(db_, row.purchase);
  const auto& note = row.note;
  upload_view out;
  out.id = row.id;
  out.version = row.version;
  out.kind = note.kind;
  out.pod = note.pod;
  out.duration = note.duration;
  out.request_id = note.request_id;
  out.asked_at = note.asked_at;
  out.state = state_of(row, paid ? &paid->sale : nullptr);
  out.steps = note.steps;
  out.price = note.price;
  out.unit = note.unit;
  show_money(out, row, paid ? &*paid : nullptr);
  if (out.state == upload_state::awaiting_payment) {
    out.pay = note.pay;
    out.pay_until = note.pay_until;
  }
  if (out.state == upload_state::failed || out.state == upload_state::unpaid) {
    out.failure = note.failure;
    add_step(out, to_string(out.state), row.changed_at);
  }
  return out;
}

void store::show_money(upload_view& out, const rows::upload_row& row,
                       const rows::purchase_row* paid) {
  if (paid != nullptr) {
    out.price = paid->sale.price;
    out.unit = paid->unit;
  }
  if (out.unit.code.empty())
    return;
  out.credit = ledger_.balance(ledger::token_account(row.note.token), out.unit);
  if (paid == nullptr)
    return;
  const auto state = paid->sale.state;
  out.payment = state;
  out.expires_at = paid->sale.expires_at;
  const auto story = rows::story_of(db_, row.purchase);
  add_step(out, "paid", story.paid_at);
  using enum purchase_state;
  const bool unpaid = state == open || state == abandoned;
  out.received = unpaid ? std::min(out.credit, out.price) : out.price;
  if (state == delivered)
    add_step(out, "running", story.settled_at);
  if (state == credited || state == abandoned)
    add_step(out, to_string(state), story.settled_at);
}

} // namespace codius::runtime
