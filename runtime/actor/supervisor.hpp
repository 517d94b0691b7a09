#pragma once
#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/restart_policy.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codius::runtime {

/// Spawns a child from inside its supervisor. Throwing counts as a failure of the child. Runs
/// again for each restart, so it must take the same inputs each time.
using child_factory = std::function<caf::actor(caf::event_based_actor*)>;

/// One line of a supervision tree. `id` (at most 10 characters) is the registry key under which
/// `find` sees the live handle.
struct child_spec {
  caf::atom_value id;
  child_factory start;
  restart when = restart::permanent;
  shutdown stop = {};
  bool is_supervisor = false; ///< its own children show in `describe_tree`
  bool tells_mailbox = false; ///< answers `mailbox_atom` (mailbox_report.hpp)
};

/// One supervisor: its name in the log, its rules, and who hears of its end.
struct supervision {
  std::string name = "root";
  restart_rules rules = {};
  /// simple_one_for_one: how each child made by `add_child` is treated.
  restart dynamic_when = restart::temporary;
  shutdown dynamic_stop = {};
  /// Called once, on the supervisor's thread, when it has ended; the error is empty or
  /// `exit_reason::user_shutdown` after a wanted end. At the root this is where the program ends.
  std::function<void(const caf::error&)> on_end = {};
};

/// Asks a simple_one_for_one supervisor for one more child; `name` is for logs and descriptions.
/// Reply: `caf::actor`. Errors: `unsupported` for another strategy, `unavailable` while the
/// supervisor ends, `start_failed` when `start` throws; nothing was added then.
struct add_child {
  std::string name;
  child_factory start;
};

/// Asks a supervisor for its tree. Reply: `tree_node`. A child supervisor that does not answer
/// within a second shows without its children, another child without the length of its mailbox.
struct describe_tree {};

struct tree_node {
  std::string id;
  std::string state; ///< a `child_phase` by name
  uint32_t restarts = 0;
  std::vector<tree_node> children; ///< in start order
  std::optional<uint64_t> waiting = {}; ///< messages in its mailbox, where that is known
};

/// INTERNAL: a pause or a grace is over.
struct supervisor_wake {
  uint64_t ticket = 0;
};

class supervisor_state {
public:
  static constexpr const char* name = "codius.supervisor";

  explicit supervisor_state(caf::event_based_actor* self) : self_(self) {}
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;
  /// A supervisor that is itself killed takes its children along.
  ~supervisor_state();

  caf::behavior make_behavior(supervision how, std::vector<child_spec> specs);

private:
  struct child {
    child_key key;
    child_spec spec;
    std::string label;
    caf::actor live;
    uint32_t starts = 0;
    std::string why; // how it ended last
  };

  void run(actions todo);
  void carry_out(const action& a);
  void start(child_key key);
  void send_end(child_key key, caf::exit_reason reason);
  void on_down(const caf::down_msg& down);
  void stop(const caf::error& why);
  void finish(bool escalated);
  caf::result<caf::actor> on_add(const add_child& req);
  caf::result<tree_node> on_describe();

  child* lookup(child_key key);
  void release(child& c);
  void forget(child_key key);
  tree_node describe_self() const;

  caf::event_based_actor* self_;
  supervision how_;
  restart_policy policy_{{}};
  std::vector<child> children_;
  std::deque<action> todo_;
  bool running_ = false;
  caf::error asked_;
  std::string last_failure_;
};

/// The live child registered as `id`; null while it restarts. Look it up per use: a kept handle
/// names a dead actor after a restart.
template <class Handle>
Handle find(caf::actor_system& sys, caf::atom_value id) {
  return caf::actor_cast<Handle>(sys.registry().get(id));
}

/// Starts its children in order, restarts them by `how.rules`, stops them in reverse order when
/// asked to exit. When the rules' window is exceeded it stops the others and exits with an
/// `internal` error, so that its own supervisor decides. Speaks `add_child` and `describe_tree`.
caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, supervision how,
                         std::vector<child_spec> specs);

/// A line of a tree that is a supervisor itself: permanent, and given all the time it needs to end.
child_spec nested(caf::atom_value id, supervision how, std::vector<child_spec> specs);

} // namespace codius::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::runtime::add_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::runtime::describe_tree)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::runtime::tree_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::runtime::supervisor_wake)
