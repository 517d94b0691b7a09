#pragma once
#include "runtime/pods/oci/engine.hpp"
#include "runtime/pods/oci/subnet.hpp"

namespace codius::runtime::oci {

/// What was found out about this machine, once it is ready for pods.
struct host {
  oci_options options;
  cgroups groups;
  engine with;
  bool user_namespaces = false;
  std::string without_because; ///< why not, if they were wanted
  subnet pods;
  daemon_bounds bounds;
  std::string boot;

  std::optional<id_range> ids_of(uint32_t slot) const {
    if (!user_namespaces)
      return std::nullopt;
    return id_range{options.first_host_id + slot * id_range::size};
  }
  void step(std::string_view name) const {
    if (options.on_step)
      options.on_step(name);
  }
};

/// Errors: `invalid`, naming the setting.
status check_options(const oci_options& options);

/// Errors: `unavailable`, with the Debian packages to install.
status check_programs(const oci_options& options);

/// Directories, bridge, forwarding and firewall. `held` tells whether any pod is recorded: then the
/// bridge keeps its subnet. Fills in `pods`. Errors: `io`, `conflict`, `invalid`.
status prepare_network(host& on, bool held);
/// Undoes it, but for IP forwarding, which others may rely on by now.
status release_network(const oci_options& options);

/// Finds the engine that works here, by really running a container: with user namespaces if any
/// engine can, else without. Fills in `with` and `user_namespaces`. Errors: `unavailable`, with
/// what each one said.
status choose_engine(host& on);

/// The limits that this process itself has.
daemon_bounds read_daemon_bounds();

} // namespace codius::runtime::oci
