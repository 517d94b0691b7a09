#pragma once
#include "runtime/client/command_line.hpp"
#include "runtime/client/pod_address.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace codius::client {

/// Takes a pod's output apart: `CONTAINER STREAM TEXT` lines, and `ping`s, which mean nothing.
class log_lines {
public:
  /// `show` gets container, stream and text of each line.
  using show_line = std::function<void(std::string_view container, std::string_view stream,
                                       std::string_view text)>;
  explicit log_lines(show_line show) : show_(std::move(show)) {}

  void take(std::string_view piece);
  /// What came without a line's end.
  void end();

private:
  void line(std::string_view text);

  show_line show_;
  std::string held_;
};

/// `codius tail`.
std::span<const command_spec> tail_commands();

/// Shows what a pod writes at each of its hosts, until it ends or Ctrl-C. Gives the exit code.
int tail(const pod_address& pod, bool follow, const program_world& world);

} // namespace codius::client
