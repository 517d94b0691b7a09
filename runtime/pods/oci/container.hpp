#pragma once
#include "runtime/pods/oci/engine.hpp"
#include "runtime/pods/oci/proc.hpp"

namespace codius::runtime::oci {

/// What conmon and the engine are told of one container.
struct container_call {
  std::string id;         ///< e.g. "p0007-0"
  std::string bundle_dir; ///< holds config.json
  std::string log_file;
  std::string exit_dir; ///< its exit code will be in a file of its id there
  std::string socket_dir;
  uint64_t log_bytes = 0;
};

struct created_container {
  process_mark init;
  process_mark monitor; ///< conmon: nobody's child, so it outlives the daemon
};

/// Makes a container by a conmon of its own; its program waits for `start_container`. Errors:
/// `start_failed` with the engine's reason, `io`.
result<created_container> create_container(const engine& with, const std::string& conmon,
                                           const container_call& call);

/// Lets the container's program run. Errors: `start_failed`.
status start_container(const engine& with, const std::string& id);

/// Removes what the engine keeps of a container, killing it if it runs. Nothing there is success.
status delete_container(const engine& with, const std::string& id);

/// The reason in an engine's complaint, without time stamps and levels.
std::string engine_reason(std::string_view complaint);

} // namespace codius::runtime::oci
