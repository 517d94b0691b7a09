#pragma once
#include "runtime/pods/oci/subnet.hpp"

namespace codius::runtime::oci {

/// What the packet filter has to know of this host.
struct firewall_plan {
  std::string bridge;
  subnet pods;
  std::vector<subnet> local_networks; ///< of the machine's other interfaces: closed to pods
  std::string pay_ip;                 ///< the one address of the host that pods may reach
  uint16_t pay_port = 0;              ///< 0: none
  uint32_t max_connections_per_pod = 500;
};

/// The input of `nft -f -` that makes or replaces our table, called as the bridge, in one
/// transaction. Pods reach the
/// world but no private network, no mail port, no other pod, and of the host only `pay_ip` and a
/// limited ping; the world reaches no pod. Handbook: oci-backend §7.
std::string firewall_rules(const firewall_plan& plan);

/// The input that removes the table; no error when there is none.
std::string firewall_removal(const std::string& bridge);

} // namespace codius::runtime::oci
