#pragma once
#include "actors/expiry_timer/due_times.hpp"
#include "messages/env.hpp"
#include "messages/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>

namespace codius::actors {

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
