#pragma once
#include "messages/error.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime {

/// A program to run. There is no shell: each word of `argv` arrives as it is.
struct process_request {
  std::vector<std::string> argv; ///< `argv[0]` is a path, or a name for `find_program`
  std::optional<std::vector<std::string>> env; ///< "NAME=value" lines; empty: this process's own
  std::string cwd;                             ///< empty: this process's own
  std::string stdin_data;                      ///< what the program reads; then end of file
  std::chrono::milliseconds time_limit{30'000};
  size_t max_output = 256 * 1024; ///< octets kept of each stream; what is over is read and dropped
  std::vector<int> pass_fds;      ///< the first becomes descriptor 3, the next 4, …; at most 8
};

/// How a program ended.
struct process_result {
  int exit_code = -1; ///< -1 when a signal ended it
  int signal = 0;     ///< the signal that ended it, else 0
  std::string out;
  std::string err;
  bool out_cut = false; ///< `max_output` was reached
  bool err_cut = false;
  bool succeeded() const { return signal == 0 && exit_code == 0; }
};

/// Runs a program and waits for its end. The program gets a process group of its own, an empty
/// signal mask, default signal actions, and no descriptor but 0, 1, 2 and `pass_fds`. Reading
/// stops when the program itself has ended: what it left running in the background (a monitor)
/// does not delay the answer.
///
/// Any thread; blocks. Errors: `not_found` (no such program), `timed_out` (its process group was
/// killed at the limit), `unavailable` (killed because `stop` was requested), `io`. A program that
/// ran and failed is not an error: see `process_result`.
result<process_result> run_process(const process_request& request, std::stop_token stop = {});

/// As `run_process`, but a program that fails is an `io` error, whose detail is the program's name
/// and the last words that it wrote to stderr.
result<process_result> run_checked(const process_request& request, std::stop_token stop = {});

/// The full path of `name`: itself when it has a slash, else the first executable in `PATH`, then
/// in the system directories, where an ordinary user's `PATH` does not look (`/usr/sbin`, `/sbin`).
/// Errors: `not_found`.
result<std::string> find_program(std::string_view name);

/// What a person should read of a program's stderr: the last non-empty line, at most 300 octets,
/// control characters replaced.
std::string last_words(std::string_view err);

} // namespace codius::runtime
