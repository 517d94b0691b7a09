#pragma once
#include "messages/env.hpp"
#include "messages/peer.hpp"
#include "messages/record.hpp"
#include "runtime/store/database.hpp"
#include "runtime/store/ledger.hpp"

#include <functional>

namespace codius::runtime {

/// Sales, pods and money, durable. One thread at a time; blocks on the disk.
///
/// Operations run inside a batch: `begin`, any number of them, `commit`. Nothing that an operation
/// answered may be acted on before its batch is committed. An operation that fails leaves no trace
/// in the batch; a failed commit undoes the whole batch. Operations report faults of the database
/// as `unavailable`.
class store {
public:
  /// Opens, migrates, and abandons purchases that an earlier process left open. Throws
  /// `database_error`: without its store a host must not start.
  store(const std::string& path, env world);

  status begin();
  status commit();
  void rollback();

  result<purchase_opened> open(const open_purchase& req);
  result<money_booked> book(const book_money& req);
  result<purchase> abandon(const abandon_purchase& req);
  result<purchase> deliver(const deliver_purchase& req);
  result<purchase_credited> credit(const credit_purchase& req);
  result<token_state> token(const get_token& req);
  result<token_credits> credits(const get_credits& req);
  result<std::vector<purchase>> owed();

  result<std::vector<pod_record>> records();
  result<pod_record> record(const pod_id& id);
  result<pod_record> set(const set_phase& req);
  result<pod_record> expire(const begin_expiry& req);
  result<record_forgotten> forget(const forget_record& req);

  result<ledger_totals> totals();

  result<std::vector<kept_peer>> peers();
  result<peers_kept> keep(const keep_peers& req);

private:
  template <class T>
  result<T> atomically(const std::function<result<T>()>& op);
  void pay_if_covered(purchase& p, const asset& unit);
  void buy_time(purchase& p);
  void settle(purchase& p, purchase_state to, const std::string& why);

  env world_;
  database db_;
  ledger ledger_;
};

} // namespace codius::runtime
