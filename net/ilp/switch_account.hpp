#pragma once
#include "net/ilp/link.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codius::net {

/// Packets that may pass, refilled evenly; holds at most a minute's worth. Zero a minute: no limit.
class packet_bucket {
public:
  packet_bucket(uint32_t per_minute, utc_time now);
  /// Takes one if there is one.
  bool take(utc_time now);

private:
  uint64_t per_minute_;
  uint64_t credit_; ///< in packets × 60 000, so that one millisecond refills a whole number
  utc_time refilled_;
};

/// What a child of the switch may spend.
struct child_policy {
  bool unlimited = true; ///< development clients; else it spends what it was paid
  uint64_t balance = 0;  ///< to begin with, in the switch's smallest unit; for a limited one
  /// After every change, to keep it; may be empty. Packets under way when the switch stops may
  /// call it until the last of them is answered.
  std::function<void(uint64_t balance)> on_balance;
};

/// A child's money, pace and connections. Used by the switch alone, on its executor.
class child_account {
public:
  /// `path` is what follows the switch's address, e.g. "local.alice".
  child_account(std::string path, child_policy policy, uint32_t packets_per_minute, utc_time now);

  const std::string& path() const { return path_; }
  bool unlimited() const { return policy_.unlimited; }
  uint64_t balance() const { return policy_.balance; }

  bool take_packet(utc_time now) { return bucket_.take(now); }
  /// False, and nothing happens, when the balance is too small.
  bool debit(uint64_t amount);
  /// False when the balance could not hold `amount` more.
  bool can_credit(uint64_t amount) const;
  /// Stops at the greatest balance there is.
  void credit(uint64_t amount);

  void attach(std::shared_ptr<ilp_link> link) { links_.push_back(std::move(link)); }
  void detach(const std::shared_ptr<ilp_link>& link);
  /// Nobody can send or be paid through this account any more; money under way still returns.
  void let_go();
  /// As `let_go`, and forgets the money too.
  void close();
  bool closed() const { return closed_; }
  bool detached() const { return links_.empty(); }
  /// The newest connection that is up; null without one.
  std::shared_ptr<ilp_link> link() const;

private:
  std::string path_;
  child_policy policy_;
  packet_bucket bucket_;
  bool closed_ = false;
  std::vector<std::shared_ptr<ilp_link>> links_;
};

} // namespace codius::net
