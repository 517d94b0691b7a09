#include "actors/expiry_timer/expiry_timer.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/supervisor.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

// Pods end by the wall clock, which may be set or stop with the machine: look at it at least so
// often, however far away the next due time seems.
constexpr std::chrono::milliseconds longest_nap = 30s;

} // namespace

expiry_actor::behavior_type expiry_timer_state::make_behavior(env world) {
  world_ = std::move(world);
  return {
    [this](const watch_lease& m) {
      due_.set(m.id.text, m.due);
      arm();
    },
    [this](const unwatch_lease& m) { due_.erase(m.id.text); },
    [this](tick_atom) {
      armed_for_.reset();
      fire();
      arm();
    },
  };
}

void expiry_timer_state::fire() {
  const auto now = world_.utc_now();
  const auto pods = runtime::find<lifecycle_actor>(self_->system(), role::pods);
  if (!pods)
    return; // it restarts, and will watch all its pods anew
  while (auto id = due_.take_due(now))
    self_->send(pods, lease_over{{*id}});
}

void expiry_timer_state::arm() {
  const auto next = due_.earliest();
  if (!next || (armed_for_ && *armed_for_ <= *next))
    return;
  const auto now = world_.utc_now();
  const auto nap = std::clamp(*next - now, std::chrono::milliseconds{0}, longest_nap);
  armed_for_ = now + nap;
  self_->delayed_send(self_, nap, tick_atom::value);
}

expiry_actor::behavior_type expiry_timer(expiry_actor::stateful_pointer<expiry_timer_state> self,
                                         env world) {
  runtime::end_on_exception(static_cast<expiry_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<expiry_actor::pointer>(self));
  return self->state.make_behavior(std::move(world));
}

} // namespace codius::actors
