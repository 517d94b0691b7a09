#pragma once
#include "runtime/pods/oci/image_reference.hpp"
#include "runtime/pods/oci/oci_options.hpp"

#include <stop_token>

namespace codius::runtime::oci {

/// Copies an image from its registry (skopeo), or takes the built-in one, and unpacks it (umoci):
/// `dir` then holds `rootfs` and `config.json`, the image's configuration, and nothing else. `dir` must exist and be empty.
///
/// Blocks. Errors: `image_unavailable` with a reason for people, `timed_out`, `unavailable` when
/// stopped, `io`. Leaves remains in `dir` then.
status pull_image(const image_reference& image, const std::string& dir, const oci_options& options,
                  std::stop_token stop);

/// What skopeo's complaint about an image means.
error explain_pull(const image_reference& image, std::string_view complaint);

/// Makes an unpacked tree safe to run: refuses one whose /dev, /proc, /sys, /etc or /run is not a
/// plain directory, or with too many or too large files; removes device nodes, and all extended
/// attributes but file capabilities. Nobody else may use the tree meanwhile. Errors:
/// `image_unavailable`, `io`.
status clean_tree(const std::string& rootfs, uint64_t max_bytes, uint64_t max_entries);

} // namespace codius::runtime::oci
