#pragma once
#include "actors/pod/phase.hpp"
#include "messages/interfaces.hpp"
#include "net/asio.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace codius::actors {

struct pod_deps {
  std::shared_ptr<runtime::pod_runtime> engine;
  asio::any_io_executor workers; ///< where the engine's calls block
};

/// One pod's state machine: a view of processes that live without it. When it dies, the pod goes
/// on, and the next one finds it again.
class pod_state {
public:
  static constexpr const char* name = "codius.pod";

  explicit pod_state(pod_actor::pointer self) : self_(self) {}
  /// Whoever still waits is told to ask again.
  ~pod_state();

  pod_actor::behavior_type make_behavior(pod_deps deps, pod_record record);

private:
  using starters = std::vector<caf::typed_response_promise<pod_started>>;
  using enders = std::vector<caf::typed_response_promise<pod_gone>>;

  void move(event on);
  void inspect_runtime();
  void on_inspected(const runtime_inspected& seen);
  void start();
  void on_started(const runtime_started& outcome);
  void publish();
  void on_running();
  void tell_logs(bool gone) const;
  void refuse_starters(const error& why);
  void end();
  void remove();
  void on_removed(const runtime_done& outcome);
  void forget();
  void start_over();
  void tell_enders();
  void on_seen(const pod_seen& seen);
  void retry_in(std::chrono::milliseconds delay);
  void on_tick();

  pod_actor::pointer self_;
  pod_deps deps_;
  std::shared_ptr<const pod_offer> offer_;
  phase now_ = phase::unknown;
  bool recorded_running_ = false; ///< the ledger has it as running
  int tries_ = 0;                 ///< of the present start or removal
  int losses_ = 0;                ///< times it ended by itself since it was last brought up
  int missed_ = 0;                ///< lists in a row that did not show it
  std::optional<phase> retry_for_; ///< a tick is under way that goes on with this phase
  pod_address address_;
  starters starters_;
  enders enders_;
};

/// Spawned by the pod lifecycle with the ledger's record of the pod; looks for the pod in its
/// runtime first of all.
pod_actor::behavior_type pod(pod_actor::stateful_pointer<pod_state> self, pod_deps deps,
                             pod_record record);

} // namespace codius::actors
