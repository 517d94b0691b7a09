#pragma once
#include "messages/error.hpp"
#include "messages/pod.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codius {

/// One reader's place at a pod's log. Used by one thread at a time; destroying it, on any thread,
/// gives the place back.
class log_seat {
public:
  using text = std::shared_ptr<const std::string>; ///< lines as they go over the wire

  virtual ~log_seat() = default;

  /// What comes next, if that is known without asking a disk; null: use `fetch`. Empty: nothing
  /// more has come. `flush`: also what is there of a line that has not ended.
  virtual text peek(bool flush) = 0;
  /// The same, but may wait for a disk. Never null. Errors: `io`.
  virtual result<text> fetch(bool flush) = 0;
  /// `wake` is called, on any thread, when there may be more, or the end; it must be quick.
  virtual void on_news(std::function<void()> wake) = 0;
  /// True when nothing more will come than what can be read now.
  virtual bool ended() const = 0;
};

/// Takes a place at the log of a pod that exists. Reply: `log_opened`. Errors: `busy` when this
/// pod has too many readers, `no_capacity` when the host has; those of the pod runtime.
struct open_log {
  pod_id pod;
  std::vector<std::string> containers; ///< their ids, in the order of the manifest
  bool follow = false; ///< else the seat ends after what is kept when it is first read
};
struct log_opened {
  std::shared_ptr<log_seat> seat;
};

/// The pod was made anew, or is gone for good.
struct log_changed {
  pod_id pod;
  bool gone = false;
};

} // namespace codius
