#include "runtime/actor/restart_policy.hpp"

#include <algorithm>
#include <utility>

namespace codius::runtime {

namespace {

bool is_failure(exit_kind how) { return how == exit_kind::error || how == exit_kind::kill; }

bool wants_restart(restart when, exit_kind how) {
  return when == restart::permanent || (when == restart::transient && is_failure(how));
}

bool is_live(child_phase p) { return p == child_phase::starting || p == child_phase::running; }

} // namespace

milliseconds back_off::delay(unsigned failures) const {
  if (failures < 2 || first <= milliseconds{0})
    return milliseconds{0};
  auto pause = std::min(first, cap);
  for (unsigned i = 2; i < failures && pause < cap; ++i)
    pause = std::min(pause * 2, cap);
  return pause;
}

bool restart_window::admit(time_point now) {
  while (!recent_.empty() && now - recent_.front() > period_)
    recent_.pop_front();
  recent_.push_back(now);
  return recent_.size() <= limit_;
}

const char* to_string(child_phase phase) noexcept {
  switch (phase) {
    case child_phase::ready: return "ready";
    case child_phase::starting: return "starting";
    case child_phase::running: return "running";
    case child_phase::pausing: return "pausing";
    case child_phase::condemned: return "condemned";
    case child_phase::stopping: return "stopping";
    case child_phase::ended: return "ended";
  }
  return "unknown";
}

child_key restart_policy::add(restart when, shutdown how) {
  children_.push_back({next_key_, when, how});
  return next_key_++;
}

child_key restart_policy::adopt(restart when, shutdown how, time_point now) {
  const auto key = add(when, how);
  children_.back().now = child_phase::running;
  children_.back().up_at = now;
  return key;
}

actions restart_policy::begin() {
  proceed();
  return take();
}

actions restart_policy::up(child_key key, time_point now) {
  if (auto* c = lookup(key); c && c->now == child_phase::starting) {
    c->now = child_phase::running;
    c->up_at = now;
    proceed();
  }
  return take();
}

actions restart_policy::down(child_key key, exit_kind how, time_point now) {
  auto* c = lookup(key);
  if (!c)
    return take();
  if (c->now == child_phase::condemned || c->now == child_phase::stopping) {
    // It was to end anyway, so however it did, this is no failure of its own.
    c->ticket = 0;
    c->now = ending_ ? child_phase::ended : child_phase::ready;
    if (c->when == restart::temporary)
      leave(*c);
  } else if (!is_live(c->now)) {
    return take();
  } else if (!wants_restart(c->when, how)) {
    leave(*c);
  } else {
    fail(*c, now);
  }
  proceed();
  return take();
}

actions restart_policy::wake(uint64_t ticket) {
  if (ticket != 0 && ticket == group_ticket_) {
    group_ticket_ = 0;
    proceed();
    return take();
  }
  const auto c = std::find_if(children_.begin(), children_.end(),
                              [&](const child& x) { return ticket != 0 && x.ticket == ticket; });
  if (c == children_.end())
    return take();
  c->ticket = 0;
  if (c->now == child_phase::stopping) {
    out_.push_back({action::kind::kill, c->key});
  } else if (c->now == child_phase::pausing) {
    c->now = child_phase::ready;
    proceed();
  }
  return take();
}

actions restart_policy::stop() {
  if (!ending_)
    end_all();
  proceed();
  return take();
}

child_phase restart_policy::phase(child_key key) const {
  const auto c = std::find_if(children_.begin(), children_.end(),
                              [&](const child& x) { return x.key == key; });
  return c == children_.end() ? child_phase::ended : c->now;
}

restart_policy::child* restart_policy::lookup(child_key key) {
  const auto c = std::find_if(children_.begin(), children_.end(),
                              [&](const child& x) { return x.key == key; });
  return c == children_.end() ? nullptr : &*c;
}

bool restart_policy::alone() const {
  return rules_.how == strategy::one_for_one || rules_.how == strategy::simple_one_for_one;
}

/// A child that has to be restarted went down.
void restart_policy::fail(child& c, time_point now) {
  if (!window_.admit(now)) {
    c.now = child_phase::ended;
    escalated_ = true;
    end_all();
    return;
  }
  if (c.now == child_phase::running && now - c.up_at >= rules_.pause.reset_after)
    c.row = 0;
  const auto pause = rules_.pause.delay(++c.row);
  c.now = child_phase::ready;
  if (!alone()) {
    group_pause_ = std::max(group_pause_, pause);
    take_along(rules_.how == strategy::one_for_all ? children_.front().key : c.key);
  } else if (pause > milliseconds{0}) {
    c.now = child_phase::pausing;
    c.ticket = wake_after(pause);
  }
}

/// Nobody restarts this child for itself. A declared one keeps its place: when its group restarts,
/// it starts again with it. Temporary ones and those made on demand are over.
void restart_policy::leave(child& c) {
  c.now = child_phase::ended;
  c.ticket = 0;
  if (c.when != restart::temporary && rules_.how != strategy::simple_one_for_one)
    return;
  const auto key = c.key;
  out_.push_back({action::kind::forget, key});
  std::erase_if(children_, [&](const child& x) { return x.key == key; });
}

/// Condemns the child `from` and all after it, so that they start again together.
void restart_policy::take_along(child_key from) {
  group_ticket_ = 0;
  for (auto& c : children_) {
    if (c.key < from)
      continue;
    if (is_live(c.now))
      c.now = child_phase::condemned;
    else if (c.now == child_phase::ended)
      c.now = child_phase::ready;
  }
}

void restart_policy::end_all() {
  ending_ = true;
  group_ticket_ = 0;
  for (auto& c : children_) {
    if (is_live(c.now))
      c.now = child_phase::condemned;
    else if (c.now == child_phase::ready || c.now == child_phase::pausing)
      c.now = child_phase::ended;
  }
}

/// Takes the next step: ends the condemned in reverse order, one at a time; then waits the group's
/// pause; then starts the ready in order, one at a time.
void restart_policy::proceed() {
  if (finished_ || end_condemned())
    return;
  if (ending_) {
    finished_ = true;
    out_.push_back({.what = action::kind::finish, .escalated = escalated_});
    return;
  }
  if (const auto pause = std::exchange(group_pause_, milliseconds{0}); pause > milliseconds{0})
    group_ticket_ = wake_after(pause);
  if (group_ticket_ != 0)
    return;
  for (auto& c : children_) {
    if (c.now == child_phase::starting)
      return;
    if (c.now != child_phase::ready)
      continue;
    c.now = child_phase::starting;
    out_.push_back({action::kind::start, c.key});
    return;
  }
}

/// True while some child has still to end.
bool restart_policy::end_condemned() {
  const bool at_once = rules_.how == strategy::simple_one_for_one;
  bool busy = std::any_of(children_.begin(), children_.end(),
                          [](const child& c) { return c.now == child_phase::stopping; });
  for (auto c = children_.rbegin(); c != children_.rend(); ++c) {
    if (c->now != child_phase::condemned)
      continue;
    if (!busy || at_once)
      end(*c);
    busy = true;
  }
  return busy;
}

void restart_policy::end(child& c) {
  c.now = child_phase::stopping;
  const bool brutal = c.how.how == shutdown::kind::brutal_kill;
  out_.push_back({brutal ? action::kind::kill : action::kind::ask, c.key});
  if (c.how.how == shutdown::kind::timed)
    c.ticket = wake_after(c.how.grace);
}

uint64_t restart_policy::wake_after(milliseconds after) {
  out_.push_back({.what = action::kind::wake, .after = after, .ticket = next_ticket_});
  return next_ticket_++;
}

actions restart_policy::take() { return std::exchange(out_, {}); }

} // namespace codius::runtime
