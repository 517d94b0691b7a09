#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius extend` (the pod of a state file), and `codius extend-hash` (any pod).
std::span<const command_spec> extend_commands();

} // namespace codius::client
