#pragma once
#include "messages/roles.hpp"
#include "net/asio.hpp"
#include "runtime/base/terms_board.hpp"

#include <caf/actor_system.hpp>

namespace codius::actors {

/// What a host tells of itself at one moment.
struct host_view {
  capacity room;
  ledger_link ledger;
  std::shared_ptr<const runtime::host_terms> terms;
  std::string uri; ///< as configured
  double service_seconds = 0;
  double machine_seconds = 0;
  double load = 0; ///< of a minute, for each processor
  size_t known_peers = 0;
  std::vector<std::string> peers; ///< if asked for
  bool self_test_success = false;

  /// No room for one more pod.
  bool full() const { return room.used_bytes + room.pod_bytes > room.sellable_bytes; }
  bool accepting() const { return !full() && ledger.up && !terms->draining; }
  /// Octets that pods may still have; below zero when an operator lowered the limit.
  double free_bytes() const {
    return static_cast<double>(room.sellable_bytes) - static_cast<double>(room.used_bytes);
  }
};

} // namespace codius::actors
