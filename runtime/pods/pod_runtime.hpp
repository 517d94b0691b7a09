#pragma once
#include "messages/pod.hpp"
#include "runtime/pods/pod_log.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace codius::runtime {

/// What a pod runtime knows of a pod that it holds.
struct observed_pod {
  pod_id id;
  enum class condition : uint8_t { running, stopped } now = condition::running;
  pod_address address;
  std::optional<int> exit_code; ///< of the first container that ended, if stopped and known
};

/// What a pod uses, all its containers together.
struct pod_usage {
  uint64_t memory_bytes = 0; ///< as the kernel counts it, with the files that it keeps in memory
  std::chrono::microseconds cpu_time{0}; ///< of all processors, since the pod was started last
  uint64_t tasks = 0;                    ///< processes and threads
  bool operator==(const pod_usage&) const = default;
};

/// Told of slow work as it goes on, e.g. "pulling 127.0.0.1:5000/web@sha256:…". Any thread.
using progress = std::function<void(const std::string& step)>;

/// What makes pods. Every call blocks and may be slow: call on the blocking pool, never on an I/O
/// thread. Calls for different pods may run at once; the caller keeps calls for one pod apart.
///
/// An error means *unknown*: nobody may conclude from it that a pod is gone.
class pod_runtime {
public:
  virtual ~pod_runtime() = default;

  /// "oci", "noop", … as in `CODIUS_POD_RUNTIME`.
  virtual std::string name() const = 0;

  /// One line for the log once the host is prepared: what runs pods here, and how well apart.
  virtual std::string describe() const { return name(); }
  /// What an operator should know, a sentence each, e.g. that user namespaces do not work here.
  virtual std::vector<std::string> warnings() const { return {}; }

  /// Makes this machine ready (bridge, firewall, directories). Idempotent; called once at start,
  /// before any other call. Errors end the program, so they say what to install or change.
  virtual status prepare_host() = 0;

  /// Has every image of `spec` on this machine, unpacked, pulling what is missing. Errors:
  /// `image_unavailable` (does not exist, no digest, refused, too large), `timed_out`.
  virtual status ensure_images(const pod_spec& spec, const progress& tell, std::stop_token stop)
    = 0;

  /// Makes and starts the pod; idempotent: a pod that already runs is left alone and its address
  /// returned; remains of an earlier try are removed first. On failure nothing is left behind.
  /// Errors: `start_failed`, `image_unavailable`, `io`.
  virtual result<pod_address> start(const pod_spec& spec) = 0;

  /// Ends and removes the pod with all that it had (processes, mounts, network, files, cgroups).
  /// Removing an absent pod succeeds. Errors: `io`, and then it must be called again later.
  virtual status remove(const pod_id& id) = 0;

  /// One pod; empty when there is certainly none.
  virtual result<std::optional<observed_pod>> inspect(const pod_id& id) = 0;

  /// All pods that this runtime holds, also those of an earlier process.
  virtual result<std::vector<observed_pod>> list() = 0;

  /// What a running pod uses. Quick. Errors: `not_found` when it does not run, `unavailable` when
  /// this runtime does not know, `io`.
  virtual result<pod_usage> usage(const pod_id& id) {
    (void)id;
    return error{errc::unavailable, "the pod runtime \"" + name() + "\" does not measure pods"};
  }

  /// The output of a pod of so many containers, also of one that is only about to be made. Errors:
  /// `unavailable` when this runtime keeps none, `io`.
  virtual result<std::shared_ptr<pod_log>> open_log(const pod_id& id, size_t containers) {
    (void)id, (void)containers;
    return error{errc::unavailable, "the pod runtime \"" + name() + "\" keeps no logs"};
  }

  /// Removes what belongs to no pod of `list()`: half-made pods, stray mounts, namespaces, links,
  /// cgroups, unfinished pulls. Called at start, before new pods are made.
  virtual status sweep() = 0;

  /// Undoes `prepare_host` once no pod is left: bridge and firewall table go. Idempotent.
  virtual status release_host() = 0;
};

} // namespace codius::runtime
