#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime::oci {

/// "10.88.0.2" of a number in host order.
std::string ip_text(uint32_t ip);
/// Errors: `malformed`.
result<uint32_t> parse_ip(std::string_view text);

/// An IPv4 network. The first address is the bridge, pods have the following ones.
struct subnet {
  uint32_t base = 0; ///< host order
  uint8_t prefix = 16;

  uint32_t mask() const { return prefix == 0 ? 0 : ~0u << (32 - prefix); }
  uint32_t gateway() const { return base + 1; }
  /// How many pods have an address: all but network, bridge and broadcast.
  uint32_t capacity() const { return ~mask() - 2; }
  /// The address of slot 0, 1, … `capacity()` − 1.
  uint32_t pod_ip(uint32_t slot) const { return base + 2 + slot; }
  bool overlaps(const subnet& other) const;
  std::string text() const;
  bool operator==(const subnet&) const = default;
};

/// Reads "10.88.0.0/16". Errors: `malformed`, also for host bits that are set.
result<subnet> parse_subnet(std::string_view text);

/// A line of the machine's route table.
struct route {
  std::string interface;
  subnet to;
  bool local = false; ///< no gateway: the network of an interface
};

/// Reads the text of /proc/net/route; the default route and foreign lines are skipped.
std::vector<route> parse_routes(std::string_view proc_net_route);

/// Which subnet pods get: `wanted` if given, else what the bridge already has, else the first free
/// one of 10.88.0.0/16 … 10.127.0.0/16. Errors: `conflict` when another interface has a route that
/// overlaps; `invalid` for a prefix that is not /16 … /28.
result<subnet> choose_subnet(const std::string& wanted, const std::vector<route>& routes,
                             const std::string& bridge);

/// The name that follows from a pod's place on this host, "p0a3f": containers, control groups and
/// links are called by it, never by what a manifest says.
std::string short_id_of(uint32_t slot);
/// The host's end of a pod's wire, "codius0-0a3f".
std::string veth_name(const std::string& bridge, uint32_t slot);

} // namespace codius::runtime::oci
