#pragma once
#include "actors/peer_gossip/peer_rules.hpp"
#include "messages/time.hpp"

#include <deque>
#include <string>
#include <unordered_map>

namespace codius::actors {

/// Names that were no good: not asked again for a while, which doubles each time. Remembers the
/// latest `most_refused` of them.
class refusals {
public:
  explicit refusals(const peer_rules& rules) : rules_(rules) {}

  /// `first` is for how long the first time.
  void add(const std::string& uri, std::chrono::milliseconds first, utc_time now);
  /// Forgives.
  void erase(const std::string& uri) { by_uri_.erase(uri); }
  bool has(const std::string& uri, utc_time now) const;
  size_t count(utc_time now) const;

private:
  struct record {
    utc_time until{};
    unsigned times = 0;
  };
  const peer_rules& rules_;
  std::unordered_map<std::string, record> by_uri_;
  std::deque<std::string> order_; ///< as they came; may hold names forgiven since
};

} // namespace codius::actors
