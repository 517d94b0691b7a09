#pragma once
#include "messages/env.hpp"
#include "net/asio.hpp"
#include "runtime/base/terms_board.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace codius::actors {

/// One setting that is another now. As text, in the words of the settings file.
struct setting_change {
  std::string setting;
  std::string from;
  std::string to;
  bool operator==(const setting_change&) const = default;
};

/// What is different, in the order of the README's table.
std::vector<setting_change> differences(const runtime::host_terms& from,
                                        const runtime::host_terms& to);

/// Where an operator's changes of the terms go through, one at a time: each is in the event log
/// before it is in force, or nothing is changed at all.
class settings_desk {
public:
  settings_desk(caf::actor_system& system, env world, std::shared_ptr<runtime::terms_board> board)
    : system_(system), world_(std::move(world)), board_(std::move(board)) {}

  struct outcome {
    runtime::host_terms before, now;
    std::vector<setting_change> changes; ///< empty: it was so already
  };

  /// Called after each change, on the thread of whoever made it. Set before the first one.
  void on_change(std::function<void(const runtime::host_terms&)> told) { told_ = std::move(told); }

  /// `how` turns the terms of the moment into the wanted ones; what it refuses is the answer, and
  /// nothing is changed. `by` is who wanted it, for the event log: "PATCH /terms". Errors: those of
  /// `how`; `busy` while another change is under way; `unavailable` when it cannot be written down.
  asio::awaitable<result<outcome>> change(std::function<status(runtime::host_terms&)> how,
                                          std::string by);

private:
  caf::actor_system& system_;
  env world_;
  std::shared_ptr<runtime::terms_board> board_;
  std::function<void(const runtime::host_terms&)> told_;
  std::atomic<bool> taken_{false};
};

} // namespace codius::actors
