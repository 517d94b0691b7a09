#pragma once
#include "messages/env.hpp"
#include "messages/event.hpp"
#include "messages/eviction.hpp"
#include "messages/peer.hpp"
#include "messages/record.hpp"
#include "messages/upload.hpp"
#include "runtime/store/database.hpp"
#include "runtime/store/event_log.hpp"
#include "runtime/store/ledger.hpp"

#include <functional>

namespace codius::runtime {

namespace rows {
struct upload_row;
struct purchase_row;
} // namespace rows

/// How many records of sales are kept, and for how long after their end. Beyond that number those
/// that nobody paid for go first.
struct upload_limits {
  size_t most = 10'000;
  std::chrono::hours kept{24};
};

/// Sales, pods and money, durable. One thread at a time; blocks on the disk.
///
/// Operations run inside a batch: `begin`, any number of them, `commit`. Nothing that an operation
/// answered may be acted on before its batch is committed. An operation that fails leaves no trace
/// in the batch; a failed commit undoes the whole batch. Operations report faults of the database
/// as `unavailable`. What changes a pod or a payment writes it into the event log in the same
/// batch.
class store {
public:
  /// Opens, migrates, and abandons purchases that an earlier process left open. Throws
  /// `database_error`: without its store a host must not start.
  store(const std::string& path, env world, event_bounds bounds = {}, upload_limits limits = {});

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
  result<pod_evicted> evict(const evict_pod& req);

  result<pod_money> money_of(const get_pod_money& query);
  result<ledger_totals> totals();

  result<std::vector<kept_peer>> peers();
  result<peers_kept> keep(const keep_peers& req);

  result<event_list> events(const get_events& query);
  result<events_noted> note(const note_events& req);
  /// Grows with each event, also with those that were rolled back.
  uint64_t last_event() const { return events_.last(); }

  result<upload_view> keep(const keep_upload& req);
  result<upload_view> upload(const get_upload& req);
  /// The records that changed since this was asked last; maybe more than those.
  std::vector<std::string> take_changed_uploads() { return std::exchange(changed_uploads_, {}); }

private:
  template <class T>
  result<T> atomically(const std::function<result<T>()>& op);
  /// What SQLite said is for the operator; whoever asks can but ask again.
  static error failed(const database_error& e);
  void abandon_all_open();
  result<purchase_opened> open_or_find(const open_purchase& req);
  void pay_if_covered(purchase& p, const asset& unit);
  void buy_time(purchase& p, const asset& unit);
  void settle(purchase& p, const asset& unit, purchase_state to, const std::string& why);
  void give_back(purchase& p, const asset& unit, uint64_t amount, const std::string& reason);
  void enter(pod_record& pod, pod_phase phase);
  void tell(const char* kind, const pod_record& pod, json_object more = {});

  rows::upload_row upload_for(const upload_note& note, bool& mine);
  std::string link_upload(const upload_note& note, const purchase& p);
  void purchase_changed(const purchase& p, const std::string& why = {});
  void write_upload(rows::upload_row& row, const purchase* p);
  upload_view view_of(const rows::upload_row& row);
  void show_money(upload_view& out, const rows::upload_row& row, const rows::purchase_row* paid);
  void end_stray_uploads();

  env world_;
  upload_limits limits_;
  database db_;
  ledger ledger_;
  event_log events_;
  std::vector<std::string> changed_uploads_;
};

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
    return failed(e);
  }
}

} // namespace codius::runtime
