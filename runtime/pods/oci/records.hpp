#pragma once
#include "runtime/pods/oci/pod_record.hpp"

namespace codius::runtime::oci {

/// The records of a host's pods, one file each. Any thread; calls for one pod are kept apart by
/// the caller.
class pod_records {
public:
  explicit pod_records(std::string state_dir) : state_dir_(std::move(state_dir)) {}

  /// Empty when there is none, or it cannot be understood: then its pod was half-made when the
  /// machine went down, and what is left of it are remains. Errors: `io`.
  result<std::optional<pod_record>> read(const pod_id& id) const;
  result<std::vector<pod_record>> read_all() const;
  /// In one step. Not flushed to the disk: a pod does not outlive the machine's power either.
  status write(const pod_record& record) const;

private:
  std::string state_dir_;
};

} // namespace codius::runtime::oci
