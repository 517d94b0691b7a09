#pragma once
#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/dir_watch.hpp"
#include "runtime/pods/pod_log.hpp"

namespace codius::runtime::oci {

/// A pod's output as conmon keeps it: a file `log` a container, which is replaced by an empty one
/// when it is full, or when the pod is made anew. The file before is read to its end while someone
/// still needs it; what was replaced twice is lost. Who begins, begins with `log.before`, if that
/// is there: the output of the pod's run before (last_logs.hpp).
class file_log final : public pod_log {
public:
  /// `dirs`: where each container's `log` is, or will be.
  file_log(std::vector<std::string> dirs, std::shared_ptr<dir_watch> watch);
  ~file_log() override;

  result<log_part> read(const log_position& at, bool flush) override;
  uint64_t size() override;
  status on_more(std::function<void()> tell) override;
  void renewed() override;

private:
  struct file {
    unique_fd fd;
    uint64_t id = 0; ///< counted; 0: none
  };
  struct container {
    std::string dir;
    file now;
    file before;  ///< what `now` was before it was replaced
    file earlier; ///< `log.before`
    uint64_t ticket = 0; ///< of its watch
  };
  bool look(container& c);
  bool reopen(file& known, const std::string& path, file& replaced);
  log_mark beginning(container& c);
  status read_one(size_t index, bool flush, log_mark& mark, log_part& out);
  status watch_dirs();

  const std::shared_ptr<dir_watch> watch_;
  std::mutex mutex_;
  std::vector<container> all_;
  uint64_t last_id_ = 0;
  std::function<void()> tell_;
};

} // namespace codius::runtime::oci
