#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius doctor`: whether uploads can work from here, and what mends what does not.
std::span<const command_spec> doctor_commands();

} // namespace codius::client
