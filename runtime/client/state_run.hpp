#pragma once
#include "runtime/client/basket.hpp"
#include "runtime/client/state_file.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace codius::client {

/// What to buy for the pod of a state file.
struct extend_options : buy_options {
  std::string state_path;
  std::chrono::seconds duration{600};
  std::optional<std::chrono::seconds> keep; ///< buy what is missing, so that so much is left
};

/// Buys more time for the pod of a state file at all its hosts, and records it.
class state_run {
public:
  state_run(const extend_options& options, pod_state state, const program_world& world,
            std::string_view command);

  /// To the end; once. A host that has enough left is none of its hosts.
  run_report run();
  /// The record as it stands on disk.
  pod_state& state() { return keeper_.state(); }
  state_keeper& keeper() { return keeper_; }

private:
  asio::awaitable<void> drive();
  asio::awaitable<done> flow();
  std::chrono::seconds missing(const std::string& host) const;

  const extend_options& options_;
  session session_;
  order order_;
  state_keeper keeper_;
  basket basket_;
  run_report report_;
};

} // namespace codius::client
