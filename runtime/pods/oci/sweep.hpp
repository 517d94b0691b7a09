#pragma once
#include "runtime/pods/oci/host.hpp"
#include "runtime/pods/oci/pod_record.hpp"

namespace codius::runtime::oci {

/// What lies about on a host, by name.
struct findings {
  std::vector<std::string> pod_dirs;   ///< below the state and the run directory
  std::vector<std::string> containers; ///< "<engine root>/<id>"
  std::vector<std::string> groups;     ///< short ids
  std::vector<std::string> links;      ///< on the bridge
  std::vector<std::string> exits;      ///< container ids with an exit file or a socket link
  bool operator==(const findings&) const = default;
};

/// What of it belongs to no pod in `held`. Names that are not of our making are left alone.
findings strays(const findings& all, const std::vector<pod_record>& held,
                const std::string& bridge);

/// Looks. Errors: `io`.
result<findings> look_around(const host& on);

/// Removes what `strays` named. Goes on after an error and tells the first one.
status remove_strays(const host& on, const findings& strays);

} // namespace codius::runtime::oci
