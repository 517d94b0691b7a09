#include "runtime/pods/oci/dir_watch.hpp"

#include "runtime/pods/oci/files.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace codius::runtime::oci {

result<std::shared_ptr<dir_watch>> dir_watch::make() {
  unique_fd events{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  unique_fd end{::eventfd(0, EFD_CLOEXEC)};
  if (!events || !end)
    return os_error("cannot watch logs");
  return std::shared_ptr<dir_watch>{new dir_watch{std::move(events), std::move(end)}};
}

dir_watch::dir_watch(unique_fd events, unique_fd end)
  : events_(std::move(events)), end_(std::move(end)), thread_([this] { run(); }) {}

dir_watch::~dir_watch() {
  const uint64_t one = 1;
  (void)!::write(end_.get(), &one, sizeof one);
  thread_.join();
}

result<uint64_t> dir_watch::add(const std::string& dir, std::function<void()> tell) {
  const std::lock_guard lock{mutex_};
  const int watch = ::inotify_add_watch(events_.get(), dir.c_str(),
                                        IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
  if (watch < 0 && (errno == ENOENT || errno == ENOTDIR))
    return uint64_t{0};
  if (watch < 0)
    return os_error("cannot watch " + dir);
  entries_[++last_ticket_] = {watch, std::move(tell)};
  return last_ticket_;
}

void dir_watch::remove(uint64_t ticket) {
  const std::lock_guard lock{mutex_};
  const auto gone = entries_.extract(ticket);
  if (gone.empty())
    return;
  const int watch = gone.mapped().watch;
  const bool shared = std::any_of(entries_.begin(), entries_.end(),
                                  [&](const auto& e) { return e.second.watch == watch; });
  if (!shared && watch >= 0)
    (void)::inotify_rm_watch(events_.get(), watch);
}

void dir_watch::run() {
  alignas(inotify_event) std::array<char, 16 * 1024> block;
  for (;;) {
    pollfd both[] = {{events_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0 && errno != EINTR)
      return;
    if ((both[1].revents & POLLIN) != 0)
      return;
    const auto size = ::read(events_.get(), block.data(), block.size());
    if (size > 0)
      handle({block.data(), static_cast<size_t>(size)});
  }
}

void dir_watch::handle(std::string_view events) {
  std::set<int> changed;
  bool all = false; // the kernel's queue was full, so anything may have changed
  const std::lock_guard lock{mutex_};
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event event;
    std::memcpy(&event, events.data(), sizeof event);
    events.remove_prefix(std::min(events.size(), sizeof event + event.len));
    all = all || (event.mask & IN_Q_OVERFLOW) != 0;
    changed.insert(event.wd);
    if ((event.mask & IN_IGNORED) != 0) // the number may be given to another directory
      for (auto& [ticket, one] : entries_)
        if (one.watch == event.wd)
          one.watch = -1;
  }
  for (const auto& [ticket, one] : entries_)
    if (all || changed.contains(one.watch))
      one.tell();
}

} // namespace codius::runtime::oci
