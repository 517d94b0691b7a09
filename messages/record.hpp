#pragma once
#include "messages/sale.hpp"

namespace codius {

enum class pod_phase : uint8_t {
  starting, ///< paid, not yet known to run
  running,
  restarting, ///< ended by itself, or lost with the machine; being started again
  expiring,   ///< its time is over: it is being removed
};
const char* to_string(pod_phase p) noexcept;
/// Errors: `malformed`.
result<pod_phase> pod_phase_from(std::string_view text);

/// A pod as the ledger knows it.
struct pod_record {
  pod_phase phase = pod_phase::starting;
  utc_time started_at{};
  utc_time expires_at{};
  std::shared_ptr<const pod_offer> offer; ///< never null
};

/// All pods. Reply: `std::vector<pod_record>`.
struct get_records {};
/// One pod. Reply: `pod_record`. Errors: `unknown_pod`.
struct get_record {
  pod_id id;
};
/// Writes a phase before it is acted on. Reply: `pod_record`. Errors: `unknown_pod`.
struct set_phase {
  pod_id id;
  pod_phase phase = pod_phase::starting;
};
/// Turns a pod whose time is over to `expiring`, unless it was extended meanwhile: the answer's
/// phase tells. Reply: `pod_record`. Errors: `unknown_pod`.
struct begin_expiry {
  pod_id id;
};
/// Forgets a pod that is gone from its runtime and still `expiring`; one that was bought anew
/// meanwhile stays. Reply: `record_forgotten`.
struct forget_record {
  pod_id id;
};
struct record_forgotten {
  bool bought_again = false; ///< it was sold again while it was being removed: start it
};

/// What was paid for pods, by all purchases that are owed or delivered. Reply: `pod_money`.
struct get_pod_money {
  std::vector<pod_id> pods;
};
struct pod_money {
  struct sums {
    std::vector<token_credits::line> paid; ///< by asset; at most the largest number there is
    std::vector<purchase> latest;          ///< those whose time runs last first, at most 20
    uint64_t purchases = 0;
  };
  std::vector<sums> of; ///< in the order in which they were asked for
};

/// Money by account; `received` = `earned` + `owed` + `credit`. Reply: `ledger_totals`.
struct get_totals {};
struct ledger_totals {
  struct line {
    asset unit;
    uint64_t received = 0; ///< all that ever arrived
    uint64_t earned = 0;   ///< for pods delivered, without what went back
    uint64_t owed = 0;     ///< paid, not yet delivered
    uint64_t credit = 0;   ///< held for pay tokens
    uint64_t refunded = 0; ///< went back from `earned`, as the operator ended the pod
  };
  std::vector<line> assets;
};

} // namespace codius
