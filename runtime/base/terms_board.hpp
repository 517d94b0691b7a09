#pragma once
#include "messages/money.hpp"
#include "messages/time.hpp"
#include "runtime/base/log.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace codius::runtime {

/// What an operator may change while the host runs.
struct host_terms {
  decimal cost_per_month;                         ///< of one standard pod, whole units of the asset
  std::chrono::seconds least_duration{1};         ///< sold at once
  std::chrono::seconds most_duration{31'536'000}; ///< sold at once
  bool additional_info = true;                    ///< /info tells how full the host is
  bool draining = false;                          ///< no new pods; those that run go on
  double max_memory_fraction = 0.75;              ///< of the machine's memory, for pods
  std::chrono::seconds payment_timeout{60};       ///< how long a sale waits for its money
  std::vector<std::string> bootstrap_peers;       ///< origins
  std::chrono::milliseconds gossip_interval{5000};
  size_t known_peers = 100;
  log::level log_level = log::level::info;
  bool operator==(const host_terms&) const = default;
};

/// The terms that are in force, and the prices of a while ago: whoever was quoted a price may buy
/// at it for `quote_validity`, whatever the operator does meanwhile. Any thread.
class terms_board {
public:
  static constexpr std::chrono::seconds quote_validity{60};

  explicit terms_board(host_terms first);

  /// A snapshot; it does not change under its reader.
  std::shared_ptr<const host_terms> current() const;
  /// What a sale at `now` costs a month: the least of all that a quote still valid may have said.
  decimal cost_to_charge(utc_time now) const;
  /// From `now` on, quotes follow `next`.
  void change(host_terms next, utc_time now);

private:
  struct earlier {
    decimal cost;
    utc_time until{}; ///< the moment it was replaced
  };

  mutable std::mutex mutex_;
  std::shared_ptr<const host_terms> current_;
  std::deque<earlier> earlier_; ///< oldest first, valid or not
};

} // namespace codius::runtime
