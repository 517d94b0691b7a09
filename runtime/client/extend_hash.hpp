#pragma once
#include "runtime/client/command_line.hpp"

namespace codius::client {

/// `codius extend-hash POD`: asks the hosts for the manifest, their price, and pays.
int run_extend_hash(const given_options& given, const program_world& world);

} // namespace codius::client
