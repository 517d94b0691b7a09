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

/// True when both are open and the same. As both are held open, their numbers tell.
bool same_file(int a, int b) {
  struct stat sa {}, sb {};
  return a >= 0 && b >= 0 && ::fstat(a, &sa) == 0 && ::fstat(b, &sb) == 0 && sa.st_ino == sb.st_ino
         && sa.st_dev == sb.st_dev;
}

} // namespace

file_log::file_log(std::vector<std::string> dirs, std::shared_ptr<dir_watch> watch)
  : watch_(std::move(watch)) {
  for (auto& dir : dirs)
    all_.push_back({std::move(dir), {}, {}, {}, 0});
}

file_log::~file_log() { (void)on_more({}); }

/// Opens what is at `path` if that is another file than `known`, which then becomes `replaced`.
bool file_log::reopen(file& known, const std::string& path, file& replaced) {
  unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)
      || same_file(fd.get(), known.fd.get()))
    return false;
  replaced = std::exchange(known, {std::move(fd), ++last_id_});
  return true;
}

/// True when there is another file now than before.
bool file_log::look(container& c) { return reopen(c.now, c.dir + "/log", c.before); }

/// Where a reader begins; file 0 while there is nothing.
log_mark file_log::beginning(container& c) {
  file unused;
  (void)reopen(c.earlier, c.dir + "/log.before", unused);
  (void)look(c);
  // While a new container is silent, `now` still is what was moved to `log.before`.
  const bool moved = same_file(c.earlier.fd.get(), c.now.fd.get());
  return {c.earlier.id != 0 && !moved ? c.earlier.id : c.now.id, 0};
}

status file_log::read_one(size_t index, bool flush, log_mark& mark, log_part& out) {
  auto& c = all_[index];
  const size_t most = std::max(least_octets, part_octets / all_.size());
  const auto block = std::make_unique_for_overwrite<char[]>(most);
  for (int files = 0; files < 4; ++files) {
    if (mark.file == 0)
      mark = beginning(c);
    const file* from = nullptr;
    for (const auto* one : {&c.now, &c.before, &c.earlier})
      if (mark.file != 0 && one->id == mark.file)
        from = one;
    if (from == nullptr) { // overtaken, or nothing was written yet
      (void)look(c);
      mark = {c.now.id, 0};
      if (c.now.id == 0)
        return ok();
      continue;
    }
    const bool over = from != &c.now; // nobody writes there any more
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
    if (over && c.now.id != 0)
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
    if (beginning(c).file != c.now.id)
      out += size_of(c.earlier.fd.get());
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
