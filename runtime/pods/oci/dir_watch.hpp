#pragma once
#include "messages/error.hpp"
#include "runtime/base/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace codius::runtime::oci {

/// Tells of changes of the files in directories, by inotify: one thread for all of them, which
/// sleeps while nothing changes. Any thread.
class dir_watch {
public:
  /// Errors: `io`.
  static result<std::shared_ptr<dir_watch>> make();
  ~dir_watch();
  dir_watch(const dir_watch&) = delete;
  dir_watch& operator=(const dir_watch&) = delete;

  /// Calls `tell` on the watching thread whenever a file of `dir` was written, made or replaced;
  /// it must be quick and not call back. A ticket for `remove`, or 0 when there is no such
  /// directory. A directory that is removed is not watched any more, even if it comes back.
  /// Errors: `io`.
  result<uint64_t> add(const std::string& dir, std::function<void()> tell);
  /// When this returns, the function is not called any more. Unknown tickets are ignored.
  void remove(uint64_t ticket);

private:
  struct entry {
    int watch = -1;
    std::function<void()> tell;
  };
  dir_watch(unique_fd events, unique_fd end);
  void run();
  void handle(std::string_view events);

  const unique_fd events_, end_;
  std::mutex mutex_;
  std::map<uint64_t, entry> entries_;
  uint64_t last_ticket_ = 0;
  std::thread thread_;
};

} // namespace codius::runtime::oci
