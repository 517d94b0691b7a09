#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius hosts`: finds hosts, and what they cost.
std::span<const command_spec> hosts_commands();

} // namespace codius::client
