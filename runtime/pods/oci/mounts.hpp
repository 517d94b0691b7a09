#pragma once
#include "runtime/pods/oci/bundle.hpp"

namespace codius::runtime::oci {

/// A container's root: an image that stays as it is, under a layer of the container's own.
struct root_mount {
  std::string image;       ///< the unpacked image
  std::string target;      ///< where the root appears
  std::string lower;       ///< a directory for the mapped image, used only while mounting
  std::string upper, work; ///< on one file system, both empty
  std::optional<id_range> ids;
  std::string user_namespace; ///< the kept namespace file; used with `ids`
};

/// Mounts it. With `ids` the image's owners are mapped into the range, without copying a file.
/// All directories must exist. Errors: `io`.
status mount_root(const root_mount& plan);

/// Errors: `io`.
status mount_tmpfs(const std::string& target, uint64_t bytes, uint32_t owner);

/// The mount points at `prefix` and below it, in the order to undo them, of a text as in
/// /proc/self/mountinfo.
std::vector<std::string> mounts_below(std::string_view mountinfo, std::string_view prefix);

/// Takes away every mount at `prefix` and below it, the last one first. Errors: `io`.
status unmount_below(const std::string& prefix);

} // namespace codius::runtime::oci
