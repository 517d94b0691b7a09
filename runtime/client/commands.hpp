#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// Every command of the program, in the order of the help.
std::span<const command_spec> all_commands();

} // namespace codius::client
