#pragma once
#include "messages/pod.hpp"
#include "runtime/pods/oci/engine.hpp"
#include "runtime/pods/oci/proc.hpp"

#include <optional>

namespace codius::runtime::oci {

/// What is written down of a container.
struct container_record {
  std::string id; ///< e.g. "p0007-0"
  process_mark init;
  process_mark monitor;
  int stop_signal = 15;
  bool operator==(const container_record&) const = default;
};

/// What is written down of a pod, before anything of it is made, so that any later process can
/// find it again and take it apart. Holds nothing private.
struct pod_record {
  pod_id id;
  uint32_t slot = 0;
  std::string short_id;
  pod_address address;
  std::string subnet;    ///< e.g. "10.88.0.0/16"
  std::string boot;      ///< a pod ends with its machine
  bool complete = false; ///< every container was started
  engine made_by;
  std::vector<container_record> containers;
  bool operator==(const pod_record&) const = default;
};

std::string to_text(const pod_record& record);
/// Errors: `malformed`, for anything that `to_text` would not write.
result<pod_record> read_record(std::string_view text);

/// Where the pieces of a pod are. Built from a checked pod id; container directories are numbered.
struct pod_paths {
  std::string state;  ///< on the disk: record, logs, what the pod writes
  std::string run;    ///< ends with the machine: namespaces, roots, bundles
  std::string record; ///< <state>/pod.json
  std::string namespaces;

  pod_paths(const std::string& state_dir, const std::string& run_dir, const pod_id& id);
  std::string state_of(size_t container) const { return state + "/" + std::to_string(container); }
  std::string run_of(size_t container) const { return run + "/" + std::to_string(container); }
};

} // namespace codius::runtime::oci
