#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/pull.hpp"

#include <fts.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace codius::runtime::oci {
namespace {

struct close_walk {
  void operator()(FTS* walk) const { ::fts_close(walk); }
};

// Programs make mounts on these, before they are confined to the image.
status check_special(const std::string& rootfs) {
  struct stat st {};
  for (const char* name : {"/dev", "/proc", "/sys", "/etc", "/run"})
    if (::lstat((rootfs + name).c_str(), &st) == 0 && !S_ISDIR(st.st_mode))
      return error{errc::image_unavailable,
                   "the image's " + std::string{name} + " is not a plain directory"};
  return ok();
}

// Attributes such as trusted.overlay.redirect would change what the overlay shows.
status strip_attributes(const char* path) {
  std::vector<char> names(65536);
  const auto size = ::llistxattr(path, names.data(), names.size());
  for (ssize_t at = 0; at < size;) {
    const std::string_view name{names.data() + at};
    if (name != "security.capability" && name != "security.selinux"
        && ::lremovexattr(path, name.data()) != 0)
      return os_error("cannot strip an image's file attributes");
    at += static_cast<ssize_t>(name.size()) + 1;
  }
  return ok();
}

} // namespace

status clean_tree(const std::string& rootfs, uint64_t max_bytes, uint64_t max_entries) {
  if (auto done = check_special(rootfs); !done)
    return done;
  auto path = rootfs;
  char* roots[] = {path.data(), nullptr};
  const std::unique_ptr<FTS, close_walk> walk{
    ::fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nullptr)};
  if (!walk)
    return os_error("cannot read " + rootfs);
  uint64_t bytes = 0, entries = 0;
  while (const FTSENT* entry = ::fts_read(walk.get())) {
    if (entry->fts_info == FTS_DP)
      continue;
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
      return error{errc::io, "cannot read the unpacked image"};
    const auto& st = *entry->fts_statp;
    bytes += static_cast<uint64_t>(st.st_blocks) * 512;
    if (++entries > max_entries || bytes > max_bytes)
      return error{errc::image_unavailable, "the image is too large: over "
                                              + std::to_string(max_bytes >> 20) + " MiB or "
                                              + std::to_string(max_entries) + " files"};
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
      if (::unlink(entry->fts_accpath) != 0)
        return os_error("cannot remove a device from the image");
      continue;
    }
    if (auto done = strip_attributes(entry->fts_accpath); !done)
      return done;
  }
  return ok();
}

} // namespace codius::runtime::oci
