#pragma once
#include "runtime/actor/restart_policy.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace codius::tests {

using namespace runtime;

/// Carries out decisions at once: a start succeeds unless told otherwise, a child that is asked to
/// end does so. `trace` is what happened: "+2" started, "-2" asked, "!2" killed.
struct instant_world {
  explicit instant_world(restart_rules rules) : policy(rules) {}

  restart_policy policy;
  time_point now{};
  std::string trace;
  std::string alive; // keys, in key order
  std::map<child_key, int> failing_starts;
  std::vector<std::pair<time_point, uint64_t>> timers;
  bool obeys = true;
  bool finished = false;
  bool escalated = false;

  void run(const actions& todo) {
    for (const auto& a : todo)
      carry_out(a);
  }

  void carry_out(const action& a) {
    const auto name = std::to_string(a.child);
    switch (a.what) {
      case action::kind::start:
        if (failing_starts[a.child]-- > 0) {
          trace += "?" + name;
          return run(policy.down(a.child, exit_kind::error, now));
        }
        trace += "+" + name;
        alive += name;
        std::sort(alive.begin(), alive.end());
        return run(policy.up(a.child, now));
      case action::kind::ask:
        trace += "-" + name;
        return obeys ? end(a.child, exit_kind::shutdown) : void();
      case action::kind::kill: trace += "!" + name; return end(a.child, exit_kind::kill);
      case action::kind::wake: timers.emplace_back(now + a.after, a.ticket); return;
      case action::kind::forget: trace += "x" + name; return;
      case action::kind::finish:
        finished = true;
        escalated = a.escalated;
        return;
    }
  }

  void end(child_key key, exit_kind how) {
    std::erase(alive, std::to_string(key)[0]);
    run(policy.down(key, how, now));
  }

  void advance(milliseconds by) {
    const auto until = now + by;
    for (;;) {
      const auto next = std::min_element(timers.begin(), timers.end());
      if (next == timers.end() || next->first > until)
        break;
      const auto ticket = next->second;
      now = next->first;
      timers.erase(next);
      run(policy.wake(ticket));
    }
    now = until;
  }

  std::string taken() { return std::exchange(trace, {}); }
};

} // namespace codius::tests
