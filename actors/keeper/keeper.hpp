#pragma once
#include "actors/keeper/upload_watch.hpp"
#include "messages/interfaces.hpp"
#include "runtime/store/event_bell.hpp"
#include "runtime/store/store.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace codius::actors {

struct keeper_deps {
  std::string path; ///< the SQLite file; ":memory:" in tests
  env world;
  std::shared_ptr<runtime::event_bell> bell = nullptr; ///< rung when events were committed
  std::shared_ptr<upload_watch> uploads = nullptr; ///< told of each record that changed; may be null
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
  std::shared_ptr<runtime::event_bell> bell_;
  uint64_t rung_for_ = 0; ///< the last event that the bell was rung for
  std::shared_ptr<upload_watch> uploads_;
  std::vector<std::function<void(const status&)>> waiting_; ///< answers of the open batch
};

/// Spawn detached: it waits for the disk. Throws, and so fails to start, when the store cannot be
/// opened.
keeper_actor::behavior_type keeper(keeper_actor::stateful_pointer<keeper_state> self,
                                   keeper_deps deps);

} // namespace codius::actors
