#include "runtime/pods/oci/proc.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <sstream>

namespace codius::runtime::oci {
namespace {

std::string proc_file(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

unique_fd open_pidfd(const process_mark& mark) {
  unique_fd fd{static_cast<int>(::syscall(SYS_pidfd_open, mark.pid, 0))};
  // Checked after opening: from here on the descriptor cannot change its meaning.
  if (fd && !is_alive(mark))
    fd.reset();
  return fd;
}

bool has_argument(const std::string& cmdline, std::string_view word) {
  return ('\0' + cmdline).find('\0' + std::string{word} + '\0') != std::string::npos;
}

} // namespace

uint64_t start_time_of(std::string_view proc_stat) {
  // The name in parentheses may hold anything, so count from the last one.
  const auto name_end = proc_stat.rfind(')');
  if (name_end == std::string_view::npos)
    return 0;
  std::istringstream words{std::string{proc_stat.substr(name_end + 1)}};
  std::string state, word;
  words >> state;
  if (state == "Z" || state == "X")
    return 0;
  for (int field = 4; field <= 22; ++field)
    words >> word;
  uint64_t out = 0;
  std::from_chars(word.data(), word.data() + word.size(), out);
  return out;
}

process_mark mark_process(pid_t pid) {
  const auto stat = read_text(proc_file(pid, "stat"));
  return {pid, stat ? start_time_of(*stat) : 0};
}

bool is_alive(const process_mark& mark) {
  return mark.pid > 1 && mark.started != 0 && mark_process(mark.pid) == mark;
}

void signal_process(const process_mark& mark, int signal) {
  if (const auto fd = open_pidfd(mark))
    (void)::syscall(SYS_pidfd_send_signal, fd.get(), signal, nullptr, 0);
}

bool catches(std::string_view proc_status, int signal) {
  constexpr std::string_view label = "\nSigCgt:\t";
  const auto at = proc_status.find(label);
  if (at == std::string_view::npos || signal < 1 || signal > 64)
    return false;
  const auto digits = proc_status.substr(at + label.size(), 16);
  uint64_t mask = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), mask, 16);
  return (mask >> (signal - 1) & 1) != 0;
}

bool wait_for_end(const std::vector<process_mark>& marks, std::chrono::milliseconds limit) {
  unique_fd timer{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)};
  itimerspec at{};
  at.it_value.tv_sec = limit.count() / 1000;
  at.it_value.tv_nsec = std::max<long>(limit.count() % 1000 * 1'000'000, 1);
  ::timerfd_settime(timer.get(), 0, &at, nullptr);
  for (const auto& mark : marks) {
    const auto fd = open_pidfd(mark);
    while (fd && is_alive(mark)) {
      pollfd fds[] = {{fd.get(), POLLIN, 0}, {timer.get(), POLLIN, 0}};
      (void)::poll(fds, 2, -1);
      if (fds[1].revents != 0 && fds[0].revents == 0)
        return false;
    }
  }
  return true;
}

bool end_processes(const std::vector<process_mark>& marks, const std::vector<int>& signals,
                   std::chrono::milliseconds grace) {
  constexpr std::chrono::milliseconds kill_limit{10'000};
  for (size_t i = 0; i < marks.size(); ++i) {
    const auto text = read_text(proc_file(marks[i].pid, "status"));
    signal_process(marks[i], text && catches(*text, signals[i]) ? signals[i] : SIGKILL);
  }
  if (wait_for_end(marks, grace))
    return true;
  for (const auto& mark : marks)
    signal_process(mark, SIGKILL);
  return wait_for_end(marks, kill_limit);
}

std::vector<process_mark> processes_with_arguments(std::string_view one, std::string_view other) {
  std::vector<process_mark> out;
  const auto pids = names_in("/proc");
  for (const auto& name : pids ? *pids : std::vector<std::string>{}) {
    pid_t pid = 0;
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad != std::errc{} || end != name.data() + name.size())
      continue;
    const auto words = read_text(proc_file(pid, "cmdline"));
    if (words && has_argument(*words, one) && has_argument(*words, other))
      out.push_back(mark_process(pid));
  }
  return out;
}

std::string boot_id() {
  const auto text = read_text("/proc/sys/kernel/random/boot_id");
  return text ? text->substr(0, text->find('\n')) : std::string{};
}

} // namespace codius::runtime::oci
