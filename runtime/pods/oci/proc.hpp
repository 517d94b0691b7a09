#pragma once
#include "messages/error.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime::oci {

/// A process that cannot be mistaken for a later one with the same number.
struct process_mark {
  pid_t pid = 0;        ///< 0: none
  uint64_t started = 0; ///< field 22 of /proc/<pid>/stat
  bool operator==(const process_mark&) const = default;
};

/// The start time in the text of /proc/<pid>/stat; 0 for a zombie, a dead process or another text.
uint64_t start_time_of(std::string_view proc_stat);

/// Marks a living process; the mark of a dead one has a start time of 0.
process_mark mark_process(pid_t pid);
bool is_alive(const process_mark& mark);
/// Sends a signal, if that very process still lives.
void signal_process(const process_mark& mark, int signal);
/// True when `signal` does something to the first process of a container: it catches it. (A pid
/// namespace's first process is not touched by signals that it does not catch, but KILL.)
bool catches(std::string_view proc_status, int signal);

/// Waits until none of them lives. False after `limit`.
bool wait_for_end(const std::vector<process_mark>& marks, std::chrono::milliseconds limit);

/// Ends processes: `signals[i]` to `marks[i]` where that is caught, else KILL at once, and KILL for
/// what still lives after `grace`. False when one lives on even so.
bool end_processes(const std::vector<process_mark>& marks, const std::vector<int>& signals,
                   std::chrono::milliseconds grace);

/// Processes with both words among their arguments.
std::vector<process_mark> processes_with_arguments(std::string_view one, std::string_view other);

/// What names this boot of the machine.
std::string boot_id();

} // namespace codius::runtime::oci
