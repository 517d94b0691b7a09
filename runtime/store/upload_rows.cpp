#include "runtime/store/upload_rows.hpp"

#include "messages/error_catalogue.hpp"
#include "runtime/store/ledger.hpp"

#include <algorithm>
#include <charconv>

namespace codius::runtime::rows {

namespace {

constexpr size_t most_steps = 16;

int64_t ms(utc_time t) { return t.time_since_epoch().count(); }
utc_time time_at(int64_t since_epoch) { return utc_time{std::chrono::milliseconds{since_epoch}}; }

/// One step a line: milliseconds, a blank, its name.
std::string encode_steps(const std::vector<upload_step>& steps) {
  std::string out;
  for (size_t i = 0; i < std::min(steps.size(), most_steps); ++i)
    out += std::to_string(ms(steps[i].at)) + ' ' + steps[i].name + '\n';
  return out;
}

std::vector<upload_step> decode_steps(std::string_view text) {
  std::vector<upload_step> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    int64_t at = 0;
    const auto [digits_end, bad] = std::from_chars(line.data(), line.data() + line.size(), at);
    const auto digits = static_cast<size_t>(digits_end - line.data());
    if (bad != std::errc{} || digits + 1 >= line.size())
      throw database_error("store: a damaged step of an upload");
    out.push_back({std::string{line.substr(digits + 1)}, time_at(at)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

constexpr auto columns
  = "SELECT id, version, attempt, token, kind, pod, seconds, request, asked_ms, steps, price, "
    "asset,"
    " pay, pay_until_ms, error, why, purchase, worth, changed_ms FROM uploads ";

const std::string by_id = std::string{columns} + "WHERE id=?1";
const std::string by_request
  = std::string{columns} + "WHERE token=?1 AND kind=?2 AND pod=?3 AND seconds=?4";
const std::string by_purchase = std::string{columns} + "WHERE purchase=?1";
const std::string not_over = std::string{columns} + "WHERE worth=?1 ORDER BY changed_ms";

upload_note read_note(statement& s) {
  upload_note out;
  out.attempt = s.text(2);
  const auto token = s.blob(3);
  if (token.size() != out.token.size())
    throw database_error("store: a token of " + std::to_string(token.size()) + " octets");
  std::copy(token.begin(), token.end(), out.token.begin());
  out.kind = static_cast<sale_kind>(s.integer(4));
  out.pod = {s.text(5)};
  out.duration = std::chrono::seconds{s.integer(6)};
  out.request_id = s.text(7);
  out.asked_at = time_at(s.integer(8));
  out.steps = decode_steps(s.text(9));
  out.price = static_cast<uint64_t>(s.integer(10));
  const auto key = s.text(11);
  out.unit = key.empty() ? asset{{}, 0} : ledger::from_key(key);
  out.pay = s.text(12);
  out.pay_until = time_at(s.integer(13));
  if (const auto code = s.text(14); !code.empty()) {
    const auto* meaning = find_meaning(code);
    out.failure = error{meaning != nullptr ? meaning->code : errc::internal, s.text(15)};
  }
  return out;
}

upload_row read_row(statement& s) {
  upload_row out;
  out.id = s.text(0);
  out.version = static_cast<uint64_t>(s.integer(1));
  out.note = read_note(s);
  out.purchase = s.is_null(16) ? 0 : static_cast<uint64_t>(s.integer(16));
  out.worth = static_cast<upload_worth>(s.integer(17));
  out.changed_at = time_at(s.integer(18));
  return out;
}

std::optional<upload_row> one_row(statement s) {
  return s.step() ? std::optional{read_row(s)} : std::nullopt;
}

void delete_over(database& db, upload_worth worth, utc_time oldest) {
  db.prepare("DELETE FROM uploads WHERE worth=?1 AND changed_ms<=?2")
    .bind(1, static_cast<int64_t>(worth))
    .bind(2, ms(oldest))
    .run();
}

/// The id of what is worth least; empty when there are fewer than `most`.
std::string least_of(database& db, size_t most) {
  auto count = db.prepare("SELECT COUNT(*) FROM uploads");
  if (!count.step() || static_cast<uint64_t>(count.integer(0)) < most)
    return {};
  auto least = db.prepare("SELECT id FROM uploads ORDER BY worth, changed_ms LIMIT 1");
  return least.step() ? least.text(0) : std::string{};
}

} // namespace

std::optional<upload_row> find_upload(database& db, const std::string& id) {
  auto s = db.prepare(by_id.c_str());
  s.bind(1, id);
  return one_row(std::move(s));
}

std::optional<upload_row> find_upload(database& db, const upload_note& request) {
  auto s = db.prepare(by_request.c_str());
  s.bind(1, byte_view{request.token}).bind(2, static_cast<int64_t>(request.kind));
  s.bind(3, request.pod.text).bind(4, request.duration.count());
  return one_row(std::move(s));
}

std::optional<upload_row> upload_of_purchase(database& db, uint64_t purchase) {
  auto s = db.prepare(by_purchase.c_str());
  s.bind(1, static_cast<int64_t>(purchase));
  return one_row(std::move(s));
}

std::vector<upload_row> open_uploads(database& db) {
  std::vector<upload_row> out;
  for (auto worth : {upload_worth::open_unpaid, upload_worth::open_paid}) {
    auto s = db.prepare(not_over.c_str());
    s.bind(1, static_cast<int64_t>(worth));
    while (s.step())
      out.push_back(read_row(s));
  }
  return out;
}

void put_upload(database& db, const upload_row& row) {
  const auto& n = row.note;
  auto s
    = db.prepare("INSERT OR REPLACE INTO uploads (id, version, attempt, token, kind, pod, seconds,"
                 " request, asked_ms, steps, price, asset, pay, pay_until_ms, error, why,"
                 " purchase, worth, changed_ms) VALUES"
                 " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)");
  s.bind(1, row.id).bind(2, static_cast<int64_t>(row.version)).bind(3, n.attempt);
  s.bind(4, byte_view{n.token}).bind(5, static_cast<int64_t>(n.kind)).bind(6, n.pod.text);
  s.bind(7, n.duration.count()).bind(8, n.request_id).bind(9, ms(n.asked_at));
  const auto steps = encode_steps(n.steps);
  const auto unit = n.unit.code.empty() ? std::string{} : ledger::key(n.unit);
  s.bind(10, steps).bind(11, static_cast<int64_t>(n.price)).bind(12, unit);
  s.bind(13, n.pay).bind(14, ms(n.pay_until));
  s.bind(15, n.failure ? to_string(n.failure->code) : "");
  s.bind(16, n.failure ? n.failure->detail.c_str() : "");
  if (row.purchase == 0)
    s.bind_null(17);
  else
    s.bind(17, static_cast<int64_t>(row.purchase));
  s.bind(18, static_cast<int64_t>(row.worth)).bind(19, ms(row.changed_at)).run();
}

std::vector<std::string> make_room_for_upload(database& db, utc_time oldest, size_t most) {
  delete_over(db, upload_worth::over_unpaid, oldest);
  delete_over(db, upload_worth::over_paid, oldest);
  std::vector<std::string> out;
  for (auto id = least_of(db, most); !id.empty(); id = least_of(db, most)) {
    db.prepare("DELETE FROM uploads WHERE id=?1").bind(1, id).run();
    out.push_back(std::move(id));
  }
  return out;
}

purchase_story story_of(database& db, uint64_t purchase) {
  auto s = db.prepare("SELECT paid_ms, settled_ms, why FROM purchases WHERE id=?1");
  s.bind(1, static_cast<int64_t>(purchase));
  purchase_story out;
  if (!s.step())
    return out;
  if (!s.is_null(0))
    out.paid_at = time_at(s.integer(0));
  if (!s.is_null(1))
    out.settled_at = time_at(s.integer(1));
  if (!s.is_null(2))
    out.why = s.text(2);
  return out;
}

} // namespace codius::runtime::rows
