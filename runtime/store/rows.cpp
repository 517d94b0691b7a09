#include "runtime/store/rows.hpp"

#include "runtime/store/ledger.hpp"
#include "runtime/store/offer_codec.hpp"

#include <algorithm>

namespace codius::runtime::rows {

namespace {

int64_t ms(utc_time t) { return t.time_since_epoch().count(); }
utc_time time_at(int64_t since_epoch) { return utc_time{std::chrono::milliseconds{since_epoch}}; }

purchase_state state_from(const std::string& text) {
  using enum purchase_state;
  for (auto s : {open, owed, delivered, credited, abandoned})
    if (text == to_string(s))
      return s;
  throw database_error("store: no such purchase state: " + text);
}

constexpr auto purchase_columns = "SELECT id, kind, token, pod, seconds, price, state, expires_ms, "
                                  "asset, opened_ms FROM purchases ";

purchase_row read_purchase(statement& s) {
  purchase_row out;
  out.sale.id = static_cast<uint64_t>(s.integer(0));
  out.sale.kind = static_cast<sale_kind>(s.integer(1));
  const auto token = s.blob(2);
  if (token.size() != out.sale.token.size())
    throw database_error("store: a token of " + std::to_string(token.size()) + " octets");
  std::copy(token.begin(), token.end(), out.sale.token.begin());
  out.sale.pod = {s.text(3)};
  out.sale.duration = std::chrono::seconds{s.integer(4)};
  out.sale.price = static_cast<uint64_t>(s.integer(5));
  out.sale.state = state_from(s.text(6));
  out.sale.expires_at = time_at(s.integer(7));
  out.unit = ledger::from_key(s.text(8));
  out.opened_at = time_at(s.integer(9));
  return out;
}

std::vector<purchase_row> read_purchases(statement s) {
  std::vector<purchase_row> out;
  while (s.step())
    out.push_back(read_purchase(s));
  return out;
}

std::shared_ptr<const pod_offer> read_offer(const std::string& text) {
  auto offer = decode_offer(text);
  if (!offer)
    throw database_error("store: damaged offer: " + offer.error().detail);
  return std::make_shared<const pod_offer>(std::move(*offer));
}

pod_record read_pod(statement& s) {
  pod_record out;
  auto phase = pod_phase_from(s.text(0));
  if (!phase)
    throw database_error("store: " + phase.error().detail);
  out.phase = *phase;
  out.started_at = time_at(s.integer(1));
  out.expires_at = time_at(s.integer(2));
  out.offer = read_offer(s.text(3));
  return out;
}

// Statements are cached by the address-independent text, so each query is one constant.
const std::string by_id = std::string{purchase_columns} + "WHERE id=?1";
const std::string by_token
  = std::string{purchase_columns} + "WHERE token=?1 ORDER BY id DESC LIMIT ?2";
const std::string open_by_token
  = std::string{purchase_columns} + "WHERE token=?1 AND state='open' ORDER BY id DESC LIMIT 1";
const std::string open_rows = std::string{purchase_columns} + "WHERE state='open' ORDER BY id";
// A pod's time is stacked in the order of payment.
const std::string paid_by_pod = std::string{purchase_columns}
                                + "WHERE pod=?1 AND state IN ('owed', 'delivered') ORDER BY "
                                  "paid_ms DESC, expires_ms DESC, id DESC";
const std::string owed_rows = std::string{purchase_columns} + "WHERE state='owed' ORDER BY id";

} // namespace

int64_t insert_purchase(database& db, const open_purchase& req, utc_time at) {
  auto s = db.prepare("INSERT INTO purchases (token, kind, pod, seconds, price, asset, state,"
                      " opened_ms, offer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?8)");
  s.bind(1, byte_view{req.token}).bind(2, static_cast<int64_t>(req.kind)).bind(3, req.pod.text);
  s.bind(4, req.duration.count()).bind(5, static_cast<int64_t>(req.price));
  s.bind(6, ledger::key(req.unit)).bind(7, ms(at));
  if (req.offer)
    s.bind(8, encode_offer(*req.offer));
  else
    s.bind_null(8);
  s.run();
  return db.last_insert_id();
}

std::optional<purchase_row> find_purchase(database& db, uint64_t id) {
  auto s = db.prepare(by_id.c_str());
  s.bind(1, static_cast<int64_t>(id));
  return s.step() ? std::optional{read_purchase(s)} : std::nullopt;
}

std::vector<purchase_row> purchases_of(database& db, const pay_token& token, int limit) {
  auto s = db.prepare(by_token.c_str());
  s.bind(1, byte_view{token}).bind(2, limit);
  return read_purchases(std::move(s));
}

std::optional<purchase_row> open_purchase_of(database& db, const pay_token& token) {
  auto s = db.prepare(open_by_token.c_str());
  s.bind(1, byte_view{token});
  return s.step() ? std::optional{read_purchase(s)} : std::nullopt;
}

std::vector<purchase_row> open_purchases(database& db) {
  return read_purchases(db.prepare(open_rows.c_str()));
}

std::vector<purchase> owed_purchases(database& db) {
  std::vector<purchase> out;
  for (auto& row : read_purchases(db.prepare(owed_rows.c_str())))
    out.push_back(std::move(row.sale));
  return out;
}

std::vector<purchase_row> paid_purchases_of(database& db, const pod_id& pod) {
  auto s = db.prepare(paid_by_pod.c_str());
  s.bind(1, pod.text);
  return read_purchases(std::move(s));
}

void update_purchase(database& db, const purchase& p, utc_time at, const std::string& why) {
  auto s = db.prepare(
    "UPDATE purchases SET state=?2, expires_ms=?3, why=?4,"
    " paid_ms=CASE WHEN ?2='owed' THEN ?5 ELSE paid_ms END,"
    " settled_ms=CASE WHEN ?2 IN ('delivered', 'credited', 'abandoned') THEN ?5 ELSE settled_ms END"
    " WHERE id=?1");
  s.bind(1, static_cast<int64_t>(p.id)).bind(2, to_string(p.state)).bind(3, ms(p.expires_at));
  s.bind(4, why).bind(5, ms(at)).run();
}

std::shared_ptr<const pod_offer> offer_of(database& db, uint64_t purchase) {
  auto s = db.prepare("SELECT offer FROM purchases WHERE id=?1");
  s.bind(1, static_cast<int64_t>(purchase));
  if (!s.step() || s.is_null(0))
    return nullptr;
  return read_offer(s.text(0));
}

void drop_offer(database& db, uint64_t purchase) {
  auto s = db.prepare("UPDATE purchases SET offer=NULL WHERE id=?1");
  s.bind(1, static_cast<int64_t>(purchase)).run();
}

std::optional<pod_record> find_pod(database& db, const pod_id& id) {
  auto s = db.prepare("SELECT phase, started_ms, expires_ms, offer FROM pods WHERE id=?1");
  s.bind(1, id.text);
  return s.step() ? std::optional{read_pod(s)} : std::nullopt;
}

std::vector<pod_record> all_pods(database& db) {
  std::vector<pod_record> out;
  auto s = db.prepare("SELECT phase, started_ms, expires_ms, offer FROM pods ORDER BY id");
  while (s.step())
    out.push_back(read_pod(s));
  return out;
}

void insert_pod(database& db, const pod_record& record) {
  auto s = db.prepare("INSERT INTO pods (id, phase, started_ms, expires_ms, offer)"
                      " VALUES (?1, ?2, ?3, ?4, ?5)");
  s.bind(1, record.offer->spec.id.text).bind(2, to_string(record.phase));
  s.bind(3, ms(record.started_at)).bind(4, ms(record.expires_at));
  s.bind(5, encode_offer(*record.offer)).run();
}

void update_pod(database& db, const pod_record& record) {
  auto s = db.prepare("UPDATE pods SET phase=?2, started_ms=?3, expires_ms=?4 WHERE id=?1");
  s.bind(1, record.offer->spec.id.text).bind(2, to_string(record.phase));
  s.bind(3, ms(record.started_at)).bind(4, ms(record.expires_at)).run();
}

void delete_pod(database& db, const pod_id& id) {
  auto s = db.prepare("DELETE FROM pods WHERE id=?1");
  s.bind(1, id.text).run();
}

} // namespace codius::runtime::rows
