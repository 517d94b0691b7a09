#pragma once
#include "runtime/pods/oci/bundle.hpp"

namespace codius::runtime::oci {

/// Makes the namespaces that the containers of a pod share (network, ipc, uts, and with `ids` a
/// user namespace that owns them) and keeps them as mounts `net`, `ipc`, `uts`, `user` in `dir`.
/// They live on without any process, also without the daemon, until those mounts go.
///
/// `dir` must exist. Any thread. Errors: `io`; what was made stays for `unmount_below`.
status make_namespaces(const std::string& dir, const std::optional<id_range>& ids,
                       const std::string& hostname);

} // namespace codius::runtime::oci
