#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime {

/// Settings of the `oci` pod runtime. The defaults suit a real host.
struct oci_options {
  /// Images, and what pods write. On a disk.
  std::string state_dir = "/var/lib/codius";
  /// What ends with the machine: namespaces, mounts, bundles. Best on a tmpfs.
  std::string run_dir = "/run/codius";
  /// "runc", "crun", a path, or empty: the first of these that really works here.
  std::string oci_runtime;
  std::string conmon = "conmon";

  /// Registries that are asked without TLS verification, as they begin a reference, e.g.
  /// "127.0.0.1:5000".
  std::vector<std::string> insecure_registries;
  /// Credentials for registries, as skopeo reads them; empty: none, not even the user's own.
  std::string registry_auth_file;
  std::chrono::milliseconds pull_time_limit{300'000};
  uint64_t max_image_bytes = 4ull << 30; ///< of one unpacked image
  uint64_t max_image_entries = 500'000;

  /// At most 10 characters. Links, the packet filter's table and the control groups are called by
  /// it too, so that two hosts with different bridges do not meet.
  std::string bridge = "codius0";
  /// Where pods live, e.g. "10.88.0.0/16", /16 to /28. Empty: the first of 10.88.0.0/16 to
  /// 10.127.0.0/16 that this machine has no route into.
  std::string subnet;
  std::vector<std::string> dns_servers{"1.1.1.1", "9.9.9.9"}; ///< what pods ask; public addresses
  /// Where the host's Interledger connector listens for pods, on the bridge; port 0: nowhere.
  std::string pay_ip = "169.254.77.68";
  uint16_t pay_port = 7768;
  uint32_t max_connections_per_pod = 500; ///< that a pod may have open towards the world

  /// User namespaces where they work; `false` runs pods without.
  bool user_namespaces = true;
  /// The first of the host ids that pods' ids are mapped to; the default is in a range that the
  /// systemd project keeps free of every other use.
  uint32_t first_host_id = 0x7000'0000;
  uint32_t max_pods = 4096; ///< each takes 65536 host ids and one address

  uint32_t pids_per_pod = 512;
  uint64_t shm_bytes = 64ull << 20;
  uint64_t log_bytes = 10ull << 20;            ///< kept of each container's output
  std::chrono::milliseconds stop_grace{2'000}; ///< from TERM to KILL

  /// Told of each step of making a pod as it ends, on any thread; for measurements.
  std::function<void(std::string_view step)> on_step;
};

} // namespace codius::runtime
