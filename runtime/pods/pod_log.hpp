#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace codius::runtime {

/// How far one container's output was read. `file` names a piece of storage, 0 none yet.
struct log_mark {
  uint64_t file = 0;
  uint64_t offset = 0;
  auto operator<=>(const log_mark&) const = default;
};
/// How far a pod's output was read: a mark a container; empty means from the beginning. Only for
/// the log that gave it.
using log_position = std::vector<log_mark>;

/// A piece of one container's output, as a rule a line.
struct log_piece {
  size_t container = 0; ///< counted from 0 in the order of the manifest
  bool err = false;     ///< stderr, else stdout
  std::string text;     ///< octets as the program wrote them, with the '\n' that ended the line
  bool operator==(const log_piece&) const = default;
};

struct log_part {
  std::vector<log_piece> pieces;
  log_position next;   ///< where to read on
  uint64_t octets = 0; ///< what this part took of `pod_log::size`
};

/// The output of one pod, kept up to a size by its runtime: a view of storage, with no position of
/// its own, so that any number of readers costs no more than one. Goes on when the pod is made anew.
/// Any thread; `read` and `size` may wait for a disk.
class pod_log {
public:
  virtual ~pod_log() = default;

  /// What comes after `at`, some 64 KiB at most. Without pieces: that is all there is now. What was
  /// thrown away before it was read is skipped. A line that has not ended yet waits for its end,
  /// unless it is longer than a part or `flush` is set. Errors: `io`.
  virtual result<log_part> read(const log_position& at, bool flush) = 0;

  /// Octets that are kept just now.
  virtual uint64_t size() = 0;

  /// `tell` is called, on any thread, when there may be more to read; it must not call back into
  /// this object. Replaces an earlier one; when this returns, that one is not called any more.
  /// Errors: `io`, e.g. when this machine has no watch left.
  virtual status on_more(std::function<void()> tell) = 0;

  /// The pod was made anew: its output may be elsewhere.
  virtual void renewed() = 0;
};

} // namespace codius::runtime
