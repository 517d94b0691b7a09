#pragma once
#include <cstdint>

namespace codius::runtime {

/// Physical memory of this machine, octets.
uint64_t machine_memory_bytes();
/// Seconds since this machine was started.
double machine_uptime_seconds();
/// One-minute load average ÷ logical CPUs; 0 where it cannot be read.
double machine_load_per_cpu();
/// Logical CPUs that this process may use, at least 1.
unsigned machine_cpus();

} // namespace codius::runtime
