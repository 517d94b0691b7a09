#pragma once
#include "runtime/client/command_line.hpp"

#include <span>

namespace codius::client {

/// `codius manifest validate`, `generate`, `simplify` and `hash`: the manifest library for people
/// and scripts. Results go to standard output; what is wrong to standard error, or with `--json` as
/// one JSON object to standard output. Exit codes: 0 fine, 1 a manifest is invalid, 2 could not
/// run.
std::span<const command_spec> manifest_commands();

} // namespace codius::client
