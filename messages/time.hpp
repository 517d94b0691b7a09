#pragma once
#include <chrono>

namespace codius {

/// Wall time as people and peers see it. Milliseconds, as in ILP packets and HTTP bodies.
using utc_time = std::chrono::sys_time<std::chrono::milliseconds>;

} // namespace codius
