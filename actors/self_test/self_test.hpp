#pragma once
#include "actors/self_test/gate.hpp"
#include "actors/self_test/self_test_client.hpp"
#include "messages/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace codius::actors {

struct self_test_rules {
  unsigned tries = 5;                              ///< of each step
  std::chrono::milliseconds first_pause{5'000};    ///< before the second try, then twice as long …
  std::chrono::milliseconds longest_pause{30'000}; ///< … up to this, or `first_pause`
  std::chrono::seconds duration{180};              ///< of the pod
  std::chrono::seconds after_success{3'600};       ///< until the next run
  std::chrono::seconds after_failure{60}; ///< the same, doubled for each failure in a row …
  std::chrono::seconds longest_wait{900}; ///< … up to this
};

struct self_test_deps {
  asio::any_io_executor io; ///< where `client` works
  env world;
  std::shared_ptr<self_test_client> client;
  std::shared_ptr<self_test_gate> gate; ///< one that is off keeps the actor from ever running
  std::string image; ///< what the pod runs
  self_test_rules rules;
};

/// Tests the whole host, from public name to pod, as its customers see it. Runs at start, on demand,
/// and again and again, whatever came of it: a failed test never closes the API for good. What it
/// pays is the host's own money, to itself.
///
///     due -> version -> quote -> upload -> http -> websocket -> passed -> due in an hour
///               each step: tried `tries` times, then         -> failed -> due in a minute, two, …
///               the host is full                             -> skipped
///
/// Body, token and so the sale stay the same until an upload was delivered: neither a retry nor a
/// later run pays again for what was paid.
class self_test_state {
public:
  static constexpr const char* name = "codius.self_test";

  explicit self_test_state(self_test_actor::pointer self) : self_(self) {}

  self_test_actor::behavior_type make_behavior(self_test_deps deps);

private:
  void begin_run();
  void try_step();
  void on_tried(const self_test_tried& news);
  void on_due(const self_test_due& timer);
  void step_failed(const std::string& why);
  void end_run(self_test_phase how, std::string why);
  void wake_in(std::chrono::milliseconds time);
  std::chrono::milliseconds pause_after(unsigned tries) const;
  std::chrono::seconds wait_after_run() const;
  self_test_line& line() { return report_.lines[at_]; }
  void tell() { deps_.gate->tell(report_); }

  self_test_actor::pointer self_;
  self_test_deps deps_;
  self_test_report report_;
  std::optional<self_test_sale> sale_;
  bool delivered_ = false;  ///< the sale: the next run needs another one
  size_t at_ = 0;           ///< the step of the run under way
  unsigned failures_ = 0;   ///< runs in a row
  uint64_t generation_ = 0; ///< of the timer that counts
};

self_test_actor::behavior_type self_test(self_test_actor::stateful_pointer<self_test_state> self,
                                         self_test_deps deps);

} // namespace codius::actors
