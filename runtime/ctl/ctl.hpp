#pragma once
#include "messages/env.hpp"
#include "runtime/base/config.hpp"

#include <span>
#include <string>

namespace codius::runtime::ctl {

/// `codiusd ctl …`: asks the admin API of a running host, and prints a table, or with `--json` what
/// it said. The exit status: 0 done, 1 the host said no, 2 wrong words, 3 no host to be reached.
int run(std::span<const std::string> arguments, const environment& vars, const env& world);

} // namespace codius::runtime::ctl
