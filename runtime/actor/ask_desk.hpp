#pragma once
#include "runtime/actor/caf_error.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/monitorable_actor.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

namespace codius::runtime {

/// One question somebody waits to have answered. Exactly one of the two is called, once, on
/// whatever thread the answer comes from; both must return quickly.
class pending_ask {
public:
  virtual ~pending_ask() = default;
  /// `content` is null for an empty answer.
  virtual void answered(caf::type_erased_tuple* content) = 0;
  virtual void failed(error why) = 0;
};

/// The sender of every `ask` of an actor system. It has no mailbox: an actor's answer is handed
/// over on the actor's own thread, so an ask costs no actor and no wake-up besides the two that it
/// is about. Deadlines run on the system's clock; one wake-up serves all that are due before the
/// next. Thread-safe. Lives as long as its actor system, and drops unanswered what is pending then.
class ask_desk final : public caf::monitorable_actor {
public:
  using caf_time = caf::actor_clock::time_point;

  explicit ask_desk(caf::actor_config& cfg) : caf::monitorable_actor(cfg) {}

  /// Sends `msg` to `dst` from the desk of `sys` (made on first use), and remembers who asked.
  static void ask(caf::actor_system& sys, const caf::strong_actor_ptr& dst,
                  std::chrono::milliseconds timeout, caf::message msg,
                  std::unique_ptr<pending_ask> who);

  /// What comes in: answers, and the desk's own wake-ups. All else is ignored.
  void enqueue(caf::mailbox_element_ptr ptr, caf::execution_unit* host) override;
  void enqueue(caf::strong_actor_ptr src, caf::message_id mid, caf::message content,
               caf::execution_unit* host) override;
  const char* name() const override { return "codius.ask_desk"; }

private:
  struct entry {
    std::unique_ptr<pending_ask> who;
    caf_time due;
  };

  static caf::strong_actor_ptr of(caf::actor_system& sys);
  void send(const caf::strong_actor_ptr& dst, std::chrono::milliseconds timeout, caf::message msg,
            std::unique_ptr<pending_ask> who);
  std::unique_ptr<pending_ask> take(uint64_t id);
  void wake_at(caf_time due);
  void wake_soon();
  void expire();

  std::mutex mutex_;
  std::unordered_map<uint64_t, entry> pending_;
  std::set<std::pair<caf_time, uint64_t>> deadlines_;
  caf_time next_wake_ = caf_time::max();
  uint64_t last_id_ = 0;
};

} // namespace codius::runtime
