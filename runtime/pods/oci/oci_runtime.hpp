#pragma once
#include "runtime/pods/oci/oci_options.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <memory>
#include <mutex>

namespace codius::runtime {

namespace oci {
class dir_watch;
class pod_host;
} // namespace oci

/// Runs pods on this machine by an OCI runtime program (runc or crun). A pod has a network, ipc
/// and uts namespace and, where the machine can, a user namespace with host ids of its own; it
/// hangs on a bridge whose ports cannot talk to each other. Each container has an overlay over its
/// image, limits, few capabilities, no way to new privileges, and a system call filter. A monitor
/// (conmon) keeps its log and exit code. No daemon has to live for a pod to live: everything is
/// kept by the kernel and by files, and found again by the next process.
///
/// Needs root. One instance a state directory at a time: the second one is refused.
class oci_runtime final : public pod_runtime {
public:
  explicit oci_runtime(oci_options options = {});
  ~oci_runtime() override;

  std::string name() const override { return "oci"; }
  /// Errors besides `io`: `invalid` (a setting), `unavailable` (not root, programs missing, or no
  /// engine works), `conflict` (the subnet or the state directory is in use).
  status prepare_host() override;
  status ensure_images(const pod_spec& spec, const progress& tell, std::stop_token stop) override;
  /// Errors besides those of the base: `no_capacity`, `invalid`.
  result<pod_address> start(const pod_spec& spec) override;
  status remove(const pod_id& id) override;
  result<std::optional<observed_pod>> inspect(const pod_id& id) override;
  result<std::vector<observed_pod>> list() override;
  result<pod_usage> usage(const pod_id& id) override;
  result<std::shared_ptr<pod_log>> open_log(const pod_id& id, size_t containers) override;
  status sweep() override;
  /// Errors: `busy` while a pod is left.
  status release_host() override;

  /// What pods run with here, once `prepare_host` went well, in one line for the log: "runc 1.1.5,
  /// user namespaces, cgroup v2, codius0 10.88.0.0/16".
  std::string describe() const override;
  /// Sentences that an operator should read at start; may be none.
  std::vector<std::string> warnings() const override;
  /// Where a container's output is kept, as conmon writes it; `container` counts from 0 in the
  /// order of the specification.
  std::string log_file(const pod_id& id, size_t container) const;

private:
  std::unique_ptr<oci::pod_host> host_;
  std::mutex watching_;
  std::shared_ptr<oci::dir_watch> watch_; ///< made when the first log is opened
};

} // namespace codius::runtime
