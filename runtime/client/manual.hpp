#pragma once
#include "runtime/client/command_line.hpp"

#include <string>

namespace codius::client {

/// The page codius(1), from the same tables as the help.
std::string manual_page(std::span<const command_spec> commands);

/// `codius manual`.
std::span<const command_spec> manual_commands();

} // namespace codius::client
