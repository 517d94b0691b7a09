// A pod that an operator ends: what its buyers get back.
#include "runtime/base/iso_time.hpp"
#include "runtime/store/amounts.hpp"
#include "runtime/store/event_chain.hpp"
#include "runtime/store/refund.hpp"
#include "runtime/store/rows.hpp"
#include "runtime/store/store.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

using std::chrono::milliseconds;

json_array credits_json(const std::vector<token_credits::line>& sums) {
  json_array out;
  for (const auto& line : sums)
    out.emplace_back(
      json_object{{"asset", ledger::key(line.unit)}, {"amount", std::to_string(line.amount)}});
  return out;
}

} // namespace

uint64_t refund_of(uint64_t price, milliseconds bought, milliseconds left) {
  if (left <= milliseconds{0} || bought <= milliseconds{0})
    return 0;
  if (left >= bought)
    return price;
  __extension__ typedef unsigned __int128 wide;
  return static_cast<uint64_t>(wide{price} * static_cast<uint64_t>(left.count())
                               / static_cast<uint64_t>(bought.count()));
}

result<pod_evicted> store::evict(const evict_pod& req) {
  return atomically<pod_evicted>([&]() -> result<pod_evicted> {
    auto pod = rows::find_pod(db_, req.id);
    if (!pod)
      return error{errc::unknown_pod, req.id.text};
    const auto now = world_.utc_now();
    pod_evicted out{req.id, 0, {}};
    if (pod->phase == pod_phase::expiring && pod->expires_at <= now)
      return out; // its end has begun already: nothing is left of it
    // Should the clock have been set back: never more than was bought for this life.
    auto left = std::min(pod->expires_at - now, pod->expires_at - pod->started_at);
    for (auto& row : rows::paid_purchases_of(db_, req.id)) {
      const auto part = std::clamp(left, milliseconds{0}, milliseconds{row.sale.duration});
      left -= part;
      const bool owed = row.sale.state == purchase_state::owed;
      if (part <= milliseconds{0} && !owed)
        continue;
      const auto back = owed ? row.sale.price : refund_of(row.sale.price, row.sale.duration, part);
      give_back(row.sale, row.unit, back, req.reason);
      add_amount(out.credited, row.unit, back);
      ++out.purchases;
    }
    const auto was_to_end = pod->expires_at;
    pod->expires_at = std::min(pod->expires_at, now);
    pod->phase = pod_phase::expiring;
    rows::update_pod(db_, *pod);
    tell("pod.evicted", *pod,
         {{"reason", req.reason},
          {"wasToEnd", iso_time(was_to_end)},
          {"purchases", out.purchases},
          {"credited", credits_json(out.credited)}});
    return out;
  });
}

/// Part of the price of a paid purchase, or all of it, becomes credit; the rest stays, or becomes,
/// earned. From then on the token's next request is a new sale.
void store::give_back(purchase& p, const asset& unit, uint64_t amount, const std::string& reason) {
  const auto now = world_.utc_now();
  const auto id = static_cast<int64_t>(p.id);
  const auto account = ledger::token_account(p.token);
  if (p.state == purchase_state::owed)
    ledger_.move("owed", account, unit, amount, id, now);
  else
    ledger_.refund(account, unit, amount, id, now);
  settle(p, unit, purchase_state::credited,
         "the operator ended the pod; " + std::to_string(amount) + " of " + std::to_string(p.price)
           + " went back" + (reason.empty() ? std::string{} : ": " + reason));
}

} // namespace codius::runtime
