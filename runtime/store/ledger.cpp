#include "runtime/store/ledger.hpp"

#include <algorithm>

namespace codius::runtime {

std::string ledger::key(const asset& unit) { return unit.code + "/" + std::to_string(unit.scale); }

asset ledger::from_key(const std::string& key) {
  const auto slash = key.rfind('/');
  return {key.substr(0, slash), static_cast<uint8_t>(std::stoi(key.substr(slash + 1)))};
}

void ledger::receive(const std::string& target, const asset& unit, uint64_t amount, utc_time at) {
  if (amount == 0)
    return;
  if (amount > max_amount)
    throw database_error("ledger: amount out of range");
  const auto k = key(unit);
  add("received", k, static_cast<int64_t>(amount));
  add(target, k, static_cast<int64_t>(amount));
  note("received", target, k, amount, 0, at);
}

void ledger::move(const std::string& source, const std::string& target, const asset& unit,
                  uint64_t amount, int64_t purchase, utc_time at) {
  if (amount == 0)
    return;
  const auto k = key(unit);
  add(source, k, -static_cast<int64_t>(amount));
  add(target, k, static_cast<int64_t>(amount));
  note(source, target, k, amount, purchase, at);
}

void ledger::refund(const std::string& target, const asset& unit, uint64_t amount, int64_t purchase,
                    utc_time at) {
  if (amount == 0)
    return;
  move("earned", target, unit, amount, purchase, at);
  add("refunded", key(unit), static_cast<int64_t>(amount));
}

uint64_t ledger::balance(const std::string& account, const asset& unit) {
  auto s = db_.prepare("SELECT balance FROM balances WHERE account=?1 AND asset=?2");
  s.bind(1, account).bind(2, key(unit));
  return s.step() ? static_cast<uint64_t>(s.integer(0)) : 0;
}

token_credits ledger::held(const std::string& account) {
  token_credits out;
  auto s = db_.prepare("SELECT asset, balance FROM balances WHERE account=?1 AND balance>0"
                       " ORDER BY asset");
  s.bind(1, account);
  while (s.step())
    out.all.push_back({from_key(s.text(0)), static_cast<uint64_t>(s.integer(1))});
  return out;
}

ledger_totals ledger::totals() {
  ledger_totals out;
  auto s
    = db_.prepare("SELECT asset, CASE WHEN account LIKE 'token:%' THEN 'credit' ELSE account END"
                  " AS kind, SUM(balance) FROM balances GROUP BY asset, kind ORDER BY asset");
  while (s.step()) {
    const auto unit = from_key(s.text(0));
    if (out.assets.empty() || out.assets.back().unit != unit)
      out.assets.push_back({unit});
    auto& line = out.assets.back();
    const auto kind = s.text(1);
    const auto sum = static_cast<uint64_t>(s.integer(2));
    (kind == "received"   ? line.received
     : kind == "earned"   ? line.earned
     : kind == "owed"     ? line.owed
     : kind == "refunded" ? line.refunded
                          : line.credit)
      = sum;
  }
  return out;
}

void ledger::add(const std::string& account, const std::string& unit, int64_t amount) {
  auto update = db_.prepare("UPDATE balances SET balance=balance+?3 WHERE account=?1 AND asset=?2");
  update.bind(1, account).bind(2, unit).bind(3, amount).run();
  if (db_.changes() == 0) {
    auto insert = db_.prepare("INSERT INTO balances (account, asset, balance) VALUES (?1, ?2, ?3)");
    insert.bind(1, account).bind(2, unit).bind(3, amount).run();
  }
  if (amount < 0 && account.starts_with("token:")) {
    // Spent tokens are most of all accounts: keep the table as small as the credit that is left.
    auto clean = db_.prepare("DELETE FROM balances WHERE account=?1 AND asset=?2 AND balance=0");
    clean.bind(1, account).bind(2, unit).run();
  }
}

void ledger::note(const std::string& source, const std::string& target, const std::string& unit,
                  uint64_t amount, int64_t purchase, utc_time at) {
  auto s = db_.prepare("INSERT INTO entries (at_ms, purchase, source, target, asset, amount)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  s.bind(1, at.time_since_epoch().count());
  if (purchase == 0)
    s.bind_null(2);
  else
    s.bind(2, purchase);
  s.bind(3, source).bind(4, target).bind(5, unit).bind(6, static_cast<int64_t>(amount)).run();
}

} // namespace codius::runtime
