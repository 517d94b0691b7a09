#pragma once
#include "messages/env.hpp"
#include "messages/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <set>
#include <unordered_map>

namespace codius::actors {

/// The due times of all pods, earliest first. Pure: time is handed in.
class due_times {
public:
  void set(const std::string& id, utc_time due);
  void erase(const std::string& id);
  /// Takes one id that is due at `now`.
  std::optional<std::string> take_due(utc_time now);
  std::optional<utc_time> earliest() const;
  size_t size() const { return by_id_.size(); }

private:
  std::set<std::pair<utc_time, std::string>> by_time_;
  std::unordered_map<std::string, utc_time> by_id_;
};

/// Tells the pod lifecycle when a pod's time may be over. Loads nothing and stores nothing: the
/// lifecycle watches all its pods again when either of the two restarts.
class expiry_timer_state {
public:
  static constexpr const char* name = "codius.expiry_timer";

  explicit expiry_timer_state(expiry_actor::pointer self) : self_(self) {}

  expiry_actor::behavior_type make_behavior(env world);

private:
  void fire();
  void arm();

  expiry_actor::pointer self_;
  env world_;
  due_times due_;
  std::optional<utc_time> armed_for_;
};

expiry_actor::behavior_type expiry_timer(expiry_actor::stateful_pointer<expiry_timer_state> self,
                                         env world);

} // namespace codius::actors
