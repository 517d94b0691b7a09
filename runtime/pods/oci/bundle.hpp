#pragma once
#include "runtime/base/json.hpp"
#include "runtime/pods/oci/image_config.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace codius::runtime::oci {

/// A range of host ids that stands for a pod's 0 … 65535.
struct id_range {
  uint32_t first = 0;
  static constexpr uint32_t size = 65536;
  bool operator==(const id_range&) const = default;
};

/// What a container may use. Written to its cgroup.
struct container_limits {
  uint64_t memory_bytes = 0; ///< memory and swap together
  uint64_t cpu_quota_us = 0; ///< of each period of 100 ms
  uint32_t pids = 0;
  bool operator==(const container_limits&) const = default;
};

/// The rights and bounds that the daemon itself has and cannot exceed.
struct daemon_bounds {
  uint64_t max_files = 20000; ///< hard limit on open files
  int oom_score_adj = 0;
  uint64_t capabilities = ~0ull; ///< a bit each; looked at only without user namespaces
};

/// Everything that a container's config.json depends on.
struct bundle_plan {
  process_plan process;
  process_user user;
  std::string rootfs;
  std::string cgroup;        ///< e.g. "/codius/p0007/0"
  std::string namespace_dir; ///< holds `net`, `ipc`, `uts`, and `user` if `ids` is set
  std::optional<id_range> ids;
  std::string shm_dir, hosts_file, hostname_file, resolv_file; ///< empty: none
  std::map<std::string, std::string> read_only_binds;          ///< destination → source
  container_limits limits;
  daemon_bounds daemon;
};

/// The text of config.json (OCI runtime specification 1.0.2) for runc and crun. Handbook:
/// oci-backend §5.2.
std::string bundle_config(const bundle_plan& plan);

/// The capabilities that a container keeps, as names; those that `held` lacks are left out.
std::vector<std::string> container_capabilities(uint64_t held);

} // namespace codius::runtime::oci
