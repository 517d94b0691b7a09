#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius status`: what the hosts say about the pod of a state file, and what stands in that.
std::span<const command_spec> status_commands();

} // namespace codius::client
