#pragma once
#include "messages/money.hpp"
#include "messages/record.hpp"
#include "runtime/store/database.hpp"

namespace codius::runtime {

/// Double entry: every unit that ever arrived is in exactly one account, and `received` counts
/// them all. Accounts: "received", "owed", "earned" and "token:<hex>". "refunded" counts what was
/// earned once and went back; it holds nothing.
///
/// Throws `database_error`; an account that would fall below zero is one, so a fault of ours rolls
/// back instead of making money.
class ledger {
public:
  explicit ledger(database& db) : db_(db) {}

  /// Money from outside: counts up "received" and `target`.
  void receive(const std::string& target, const asset& unit, uint64_t amount, utc_time at);
  /// Moves money between two accounts; nothing for amount 0.
  void move(const std::string& source, const std::string& target, const asset& unit,
            uint64_t amount, int64_t purchase, utc_time at);
  /// From "earned" back to a token's account, and counts up "refunded".
  void refund(const std::string& target, const asset& unit, uint64_t amount, int64_t purchase,
              utc_time at);
  uint64_t balance(const std::string& account, const asset& unit);
  /// All that an account has, by asset.
  token_credits held(const std::string& account);
  ledger_totals totals();

  static std::string token_account(byte_view token) { return "token:" + to_hex(token); }
  /// "XRP/9"
  static std::string key(const asset& unit);
  static asset from_key(const std::string& key);

private:
  void add(const std::string& account, const std::string& unit, int64_t amount);
  void note(const std::string& source, const std::string& target, const std::string& unit,
            uint64_t amount, int64_t purchase, utc_time at);

  database& db_;
};

} // namespace codius::runtime
