#pragma once
#include "runtime/base/log.hpp"

namespace codius::log {

/// Changes the least level that is written, while the program runs. Any thread.
void set_least(level least);

} // namespace codius::log
