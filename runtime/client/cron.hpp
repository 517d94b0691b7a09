#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius cron create|view|remove`: a job that keeps the pod of a state file alive.
std::span<const command_spec> cron_commands();

} // namespace codius::client
