#pragma once
#include "runtime/base/json.hpp"

namespace codius::runtime::oci {

/// The `linux.seccomp` part of a bundle: what ordinary server programs call is allowed, the rest
/// answers ENOSYS ("this kernel has no such call"), so that a C library takes its older way. What
/// it keeps away: new namespaces, mounts, tracing, kernel keys, io_uring, BPF, module and time
/// control, socket families other than unix, IPv4, IPv6 and the routing half of netlink, and every
/// foreign call table (32-bit, x32).
///
/// Compiling a filter is a large part of a container's start, so the list is short and names one
/// architecture, this program's own.
json seccomp_profile();

} // namespace codius::runtime::oci
