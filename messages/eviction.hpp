#pragma once
#include "messages/record.hpp"

namespace codius {

/// Ends a pod before its time. What is left of its paid time goes back to the pay tokens that
/// bought it, in the transaction that ends it: the newest time first, as time is stacked; of each
/// purchase its price for the part that did not run, rounded down; of one that was not delivered
/// yet the whole price. Who waits for a payment for the pod loses nothing: what arrives is credit.
/// Asked of the ledger, and of the pod lifecycle, which then removes the pod.
/// Reply: `pod_evicted`. Errors: `unknown_pod`.
struct evict_pod {
  pod_id id;
  std::string reason; ///< for the log, at most 200 octets
};
struct pod_evicted {
  pod_id id;
  size_t purchases = 0;              ///< how many got something back
  std::vector<token_credits::line> credited; ///< by asset
};

} // namespace codius
