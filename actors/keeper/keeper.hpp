#pragma once
#include "messages/interfaces.hpp"
#include "runtime/store/store.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace codius::actors {

struct keeper_deps {
  std::string path; ///< the SQLite file; ":memory:" in tests
  env world;
};

/// The ledger's only writer. Requests that are in the mailbox together become one transaction: one
/// wait for the disk, however many clients pay at once. Each is answered after the commit.
class keeper_state {
public:
  static constexpr const char* name = "codius.keeper";

  explicit keeper_state(keeper_actor::pointer self) : self_(self) {}
  /// An open batch never happened, and whoever waits for it is told so.
  ~keeper_state();

  keeper_actor::behavior_type make_behavior(const keeper_deps& deps);

private:
  template <class Reply>
  caf::result<Reply> in_batch(const std::function<result<Reply>()>& op);
  void commit();

  keeper_actor::pointer self_;
  std::unique_ptr<runtime::store> store_;
  std::vector<std::function<void(const status&)>> waiting_; ///< answers of the open batch
};

/// Spawn detached: it waits for the disk. Throws, and so fails to start, when the store cannot be
/// opened.
keeper_actor::behavior_type keeper(keeper_actor::stateful_pointer<keeper_state> self,
                                   keeper_deps deps);

} // namespace codius::actors
