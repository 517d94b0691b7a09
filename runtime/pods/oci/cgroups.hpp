#pragma once
#include "messages/error.hpp"
#include "runtime/pods/oci/bundle.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <string>
#include <vector>

namespace codius::runtime::oci {

/// How this machine's control groups are mounted.
struct cgroup_layout {
  enum class version : uint8_t { v1, hybrid, v2 } kind = version::v2;
  std::string root = "/sys/fs/cgroup";
  std::vector<std::string> trees; ///< the root of each hierarchy; one for v2
  /// Hybrid, and the v2 tree has controllers: crun refuses to work while it sees that.
  bool v2_tree_has_controllers = false;
  bool operator==(const cgroup_layout&) const = default;
};

const char* to_string(cgroup_layout::version kind);

/// Reads the layout from the text of /proc/self/mountinfo; `controllers_of` tells the text of a
/// v2 tree's cgroup.controllers. Errors: `io`, when nothing is mounted at /sys/fs/cgroup.
result<cgroup_layout> read_cgroup_layout(std::string_view mountinfo,
                                         std::string_view unified_controllers);
/// The layout of this machine.
result<cgroup_layout> detect_cgroups();

/// The groups of one host: everything below one group, `/codius0`, in each hierarchy. Names are
/// relative to it: "p0007" is a pod's group, "p0007/0" that of its first container. Any thread.
class cgroups {
public:
  cgroups() = default;
  cgroups(cgroup_layout layout, const std::string& name)
    : layout_(std::move(layout)), top_("/" + name) {}
  const cgroup_layout& layout() const { return layout_; }

  /// What a bundle's cgroupsPath says for the group `name`: "/codius0/p0007/0".
  std::string path_of(const std::string& name) const { return top_ + "/" + name; }
  /// Makes the top group, and hands the controllers down to it on v2. Errors: `io`.
  status prepare() const;
  /// Makes the group of a pod with several containers and bounds all of them together.
  status make_limited(const std::string& name, const container_limits& limits) const;
  /// What all processes in the group and below use. Errors: `not_found` when there is no such group,
  /// `io` when a number cannot be read.
  result<pod_usage> usage(const std::string& name) const;
  /// Moves a monitor out of the daemon's own group, so that a service manager that ends the daemon
  /// leaves it alone. Best effort.
  void adopt_monitor(pid_t pid) const;
  /// Kills every process in the group and below, and removes the groups. Retries for a second while
  /// the kernel is still taking processes apart. Nothing there is success. Errors: `io`.
  status remove(const std::string& name) const;
  /// Removes the top group, when no pod and no monitor is left in it. Errors: `io`.
  status release() const;
  /// The groups right below the top one, over all hierarchies, without that of the monitors.
  std::vector<std::string> pods() const;

private:
  std::string tree_of(std::string_view controller) const;
  status remove_path(const std::string& path) const;

  cgroup_layout layout_;
  std::string top_;
};

} // namespace codius::runtime::oci
