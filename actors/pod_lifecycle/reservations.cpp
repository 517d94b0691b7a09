#include "actors/pod_lifecycle/reservations.hpp"

namespace codius::actors {

void reservations::pod_added(const pod_id& id, uint64_t bytes) {
  if (!pods_.emplace(id.text, bytes).second)
    return;
  used_ += bytes;
  if (const auto hold = held_.find(id.text); hold != held_.end())
    used_ -= hold->second.bytes;
}

void reservations::pod_removed(const pod_id& id) {
  const auto pod = pods_.extract(id.text);
  if (pod.empty())
    return;
  used_ -= pod.mapped();
  if (const auto hold = held_.find(id.text); hold != held_.end())
    used_ += hold->second.bytes;
}

bool reservations::reserve(const pod_id& id, uint64_t bytes) {
  auto hold = held_.find(id.text);
  if (hold == held_.end()) {
    const bool here = pods_.contains(id.text);
    if (!here && (bytes > sellable_ || used_ > sellable_ - bytes))
      return false;
    hold = held_.emplace(id.text, entry{bytes, 0}).first;
    used_ += here ? 0 : bytes;
  }
  ++hold->second.purchases;
  return true;
}

void reservations::release(const pod_id& id) {
  const auto hold = held_.find(id.text);
  if (hold == held_.end() || --hold->second.purchases > 0)
    return;
  if (!pods_.contains(id.text))
    used_ -= hold->second.bytes;
  held_.erase(hold);
}

} // namespace codius::actors
