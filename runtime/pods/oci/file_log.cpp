#include "runtime/pods/oci/file_log.hpp"

#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/monitor_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

namespace codius::runtime::oci {

namespace {

constexpr size_t part_octets = 64 * 1024;
constexpr size_t least_octets = 16 * 1024; ///< more than one record

uint64_t size_of(int fd) {
  struct stat st {};
  return fd >= 0 && ::fstat(fd, &st) == 0 ? static_cast<uint64_t>(st.st_size) : 0;
}

} // namespace

file_log::file_log(std::vector<std::string> dirs, std::shared_ptr<dir_watch> watch)
  : watch_(std::move(watch)) {
  for (auto& dir : dirs)
    all_.push_back({std::move(dir), {}, {}, 0});
}

file_log::~file_log() { (void)on_more({}); }

/// True when there is another file now than before. As the one before is held open, its number
/// cannot have been given to the new one.
bool file_log::look(container& c) {
  unique_fd fd{::open((c.dir + "/log").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat found {}, known {};
  if (!fd || ::fstat(fd.get(), &found) != 0 || !S_ISREG(found.st_mode))
    return false;
  if (c.now.id != 0 && ::fstat(c.now.fd.get(), &known) == 0 && known.st_ino == found.st_ino
      && known.st_dev == found.st_dev)
    return false;
  c.before = std::move(c.now);
  c.now = {std::move(fd), ++last_id_};
  return true;
}

status file_log::read_one(size_t index, bool flush, log_mark& mark, log_part& out) {
  auto& c = all_[index];
  const size_t most = std::max(least_octets, part_octets / all_.size());
  const auto block = std::make_unique_for_overwrite<char[]>(most);
  for (int files = 0; files < 4;) {
    const file* from = mark.file == 0             ? nullptr
                       : mark.file == c.now.id    ? &c.now
                       : mark.file == c.before.id ? &c.before
                                                  : nullptr;
    if (from == nullptr) {
      (void)look(c);
      if (c.now.id == 0)
        return ok(); // nothing was written yet
      mark = {c.now.id, 0};
      from = &c.now;
    }
    const bool over = from == &c.before; // nobody writes there any more
    const auto size = ::pread(from->fd.get(), block.get(), most, static_cast<off_t>(mark.offset));
    if (size < 0)
      return os_error("cannot read a log");
    const auto got = static_cast<size_t>(size);
    const bool all = got < most;
    auto found = read_records({block.get(), got}, index, all && (flush || over), !all);
    mark.offset += found.used;
    out.octets += found.used;
    std::move(found.pieces.begin(), found.pieces.end(), std::back_inserter(out.pieces));
    if (found.used > 0)
      return ok();
    ++files;
    if (over)
      mark = {c.now.id, 0};
    else if (mark.offset > size_of(from->fd.get()))
      mark.offset = 0; // emptied in place
    else if (!look(c))
      return ok();
  }
  return ok();
}

result<log_part> file_log::read(const log_position& at, bool flush) {
  const std::lock_guard lock{mutex_};
  log_part out;
  out.next = at;
  out.next.resize(all_.size());
  for (size_t i = 0; i < all_.size(); ++i)
    if (auto done = read_one(i, flush, out.next[i], out); !done)
      return done.error();
  return out;
}

uint64_t file_log::size() {
  const std::lock_guard lock{mutex_};
  uint64_t out = 0;
  for (auto& c : all_) {
    (void)look(c);
    out += size_of(c.now.fd.get());
  }
  return out;
}

status file_log::watch_dirs() {
  for (auto& c : all_) {
    watch_->remove(std::exchange(c.ticket, 0));
    if (!tell_)
      continue;
    const auto ticket = watch_->add(c.dir, tell_);
    if (!ticket)
      return ticket.error();
    c.ticket = *ticket;
  }
  return ok();
}

status file_log::on_more(std::function<void()> tell) {
  const std::lock_guard lock{mutex_};
  tell_ = std::move(tell);
  return watch_dirs();
}

void file_log::renewed() {
  const std::lock_guard lock{mutex_};
  for (auto& c : all_)
    (void)look(c);
  (void)watch_dirs();
}

} // namespace codius::runtime::oci
