#include "actors/peer_gossip/refusals.hpp"

#include <algorithm>

namespace codius::actors {

void refusals::add(const std::string& uri, std::chrono::milliseconds first, utc_time now) {
  auto [at, fresh] = by_uri_.try_emplace(uri);
  auto& r = at->second;
  r.until = now + std::min(first * (1u << std::min(r.times, 16u)), rules_.longest_refusal);
  ++r.times;
  if (!fresh)
    return;
  order_.push_back(uri);
  while (order_.size() > rules_.most_refused) {
    by_uri_.erase(order_.front());
    order_.pop_front();
  }
}

bool refusals::has(const std::string& uri, utc_time now) const {
  const auto at = by_uri_.find(uri);
  return at != by_uri_.end() && at->second.until > now;
}

size_t refusals::count(utc_time now) const {
  return static_cast<size_t>(std::count_if(by_uri_.begin(), by_uri_.end(), [&](const auto& one) {
    return one.second.until > now;
  }));
}

} // namespace codius::actors
