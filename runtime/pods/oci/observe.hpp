#pragma once
#include "runtime/pods/oci/pod_record.hpp"
#include "runtime/pods/pod_runtime.hpp"

namespace codius::runtime::oci {

/// How one container is.
struct container_life {
  bool alive = false;
  std::optional<int> exit_code; ///< if known
  int64_t ended_at = 0;         ///< nanoseconds; only compared with each other
};

/// Whether a pod counts as running: all its containers live, or those that ended did so with 0 and
/// one still lives. Else stopped, with the code of the first one that failed, or of the first one.
observed_pod judge(const pod_record& record, const std::vector<container_life>& lives);

/// Looks at a recorded pod's processes and exit files.
observed_pod observe(const pod_record& record, const std::string& exit_dir,
                     const std::string& boot);

} // namespace codius::runtime::oci
