#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius init`: writes a codius file and a vars file to begin with.
std::span<const command_spec> init_commands();

} // namespace codius::client
