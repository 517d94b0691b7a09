#include "runtime/base/system_info.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <unistd.h>

namespace codius::runtime {

uint64_t machine_memory_bytes() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES))
         * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

double machine_uptime_seconds() {
  timespec up{};
  clock_gettime(CLOCK_BOOTTIME, &up);
  return static_cast<double>(up.tv_sec) + static_cast<double>(up.tv_nsec) / 1e9;
}

double machine_load_per_cpu() {
  double load = 0;
  if (getloadavg(&load, 1) != 1)
    return 0;
  return load / machine_cpus();
}

unsigned machine_cpus() { return std::max(1u, std::thread::hardware_concurrency()); }

} // namespace codius::runtime
