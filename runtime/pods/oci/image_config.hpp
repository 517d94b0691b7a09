#pragma once
#include "messages/pod.hpp"
#include "runtime/pods/oci/user_lookup.hpp"

namespace codius::runtime::oci {

/// The part of an OCI image configuration that decides what a container runs.
struct image_config {
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env; ///< "NAME=value"
  std::string working_dir;
  std::string user; ///< `user[:group]`
  int stop_signal = 15;
  bool operator==(const image_config&) const = default;
};

/// Reads an image configuration blob. Errors: `image_unavailable`.
/// Source: OCI image specification, config.md.
result<image_config> parse_image_config(std::string_view text);

/// What runs in a container.
struct process_plan {
  std::vector<std::string> args;
  std::vector<std::string> env; ///< one line a name
  std::string cwd;
  bool operator==(const process_plan&) const = default;
};

/// Image and manifest together: ENTRYPOINT + (the manifest's command, else CMD); the image's
/// environment, overlaid by the manifest's; PATH, HOSTNAME and HOME where missing. Errors:
/// `start_failed` for no command, a relative directory, or a NUL in a word.
/// Handbook: oci-backend §4, classic column.
result<process_plan> merge_process(const image_config& image, const container_spec& container,
                                   const std::string& hostname, const std::string& home);

/// The number of "SIGTERM", "TERM", "15" or "RTMIN+3" here; 15 for what is unknown.
int signal_number(std::string_view name);

} // namespace codius::runtime::oci
