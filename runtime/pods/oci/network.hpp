#pragma once
#include "runtime/pods/oci/subnet.hpp"

#include <functional>

namespace codius::runtime::oci {

/// Makes the bridge, if it is missing, with the gateway's address and `pay_ip`, and brings it up.
/// Errors: `io`, `conflict` when a link of that name is no bridge.
status make_bridge(const std::string& name, const subnet& pods, const std::string& pay_ip);

/// Removes a link; an absent one is success. Errors: `io`.
status remove_link(const std::string& name);

/// The links that hang on a bridge.
result<std::vector<std::string>> bridge_ports(const std::string& bridge);

/// A pod's end of the wire.
struct wire {
  std::string bridge;
  std::string veth; ///< the host's end
  uint32_t ip = 0;
  subnet pods;
};

/// Connects the network namespace `netns` (a file) to the bridge: a veth pair, whose port may talk
/// to the bridge alone and sends from its own hardware address alone; inside, `lo` and `eth0` with
/// address and default route, no IPv6, and ports below 1024 open to every user. Errors: `io`.
status connect_pod(const wire& plan, const std::string& netns);

/// Takes down what `connect_pod` made on the host's side. Idempotent. Errors: `io`.
status disconnect_pod(const wire& plan);

/// Runs `work` on a thread of its own inside a network namespace. Errors: `io`, or those of `work`.
status in_network_namespace(const std::string& netns, const std::function<status()>& work);

} // namespace codius::runtime::oci
