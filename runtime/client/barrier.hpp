#pragma once
#include "runtime/client/stopper.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace codius::client {

/// Where the purchases of one upload wait for each other before any of them pays: when the last is
/// ready they all go on, and when one cannot, none does. Single executor; outlives the waits.
class barrier {
public:
  /// `stop` ends the waits; it outlives this.
  barrier(size_t parties, stopper& stop);

  /// One is ready; waits for the others. Fails when it is called off, or on a stop. Once it has
  /// opened, whoever comes passes at once.
  asio::awaitable<done> arrive();
  /// One needs nothing of what the others wait for.
  void leave();
  /// One cannot go on: so nobody does. No effect once it has opened.
  void call_off();

  bool called_off() const { return state_ == state::closed; }
  /// For what leads to `arrive`: ends it when it is in vain, and on a stop.
  stopper& in_vain() { return in_vain_; }

private:
  enum class state : uint8_t { waiting, open, closed };
  void count();

  state state_ = state::waiting;
  size_t missing_;
  std::vector<std::shared_ptr<net::wake_up>> waiting_;
  stopper in_vain_;
  stopper::hook on_stop_;
};

} // namespace codius::client
