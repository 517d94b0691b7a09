#pragma once
#include "runtime/base/config.hpp"

#include <span>
#include <string>

namespace codius::runtime::doctor {

/// The command `codiusd doctor`: takes the settings of codiusd and `--json`, looks at the machine,
/// and writes what it found to stdout, wrong settings to stderr. Answers the exit status: 0 nothing
/// failed, 1 something did, 2 wrong setting.
int run(std::span<const std::string> arguments, const environment& vars, const env& world);

} // namespace codius::runtime::doctor
