#pragma once
#include "runtime/pods/oci/cgroups.hpp"
#include "runtime/pods/oci/oci_options.hpp"

namespace codius::runtime::oci {

/// An OCI runtime program, and how it is called here.
struct engine {
  std::string kind;    ///< "runc", "crun", or what the program calls itself
  std::string version; ///< "1.1.5+ds1"
  std::string program; ///< a path
  std::string creator; ///< what makes containers: the program, or a wrapper of it
  std::string root;    ///< `--root`: where it keeps the state of containers
  bool operator==(const engine&) const = default;
};

/// The programs to try, best first, as `oci_options::oci_runtime` says.
std::vector<std::string> engine_candidates(const std::string& wanted);

/// Finds a program and asks for its version. crun makes no container where it sees a v2 tree with
/// controllers beside v1 trees, so there it does that through a script that hides the tree in a
/// mount namespace of its own. Errors: `not_found`, `io`.
result<engine> find_engine(const std::string& name, const oci_options& options,
                           const cgroup_layout& layout);

/// Name and version from the output of `--version`: "runc version 1.1.5+ds1\n…".
std::pair<std::string, std::string> read_version(std::string_view text);

/// Empty, or a sentence for the log when a version has known holes.
std::string version_warning(const engine& engine);

} // namespace codius::runtime::oci
