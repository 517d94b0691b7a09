#include "runtime/pods/oci/network.hpp"

#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/netlink.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>

#include <array>
#include <thread>

namespace codius::runtime::oci {
namespace {

using mac_address = std::array<unsigned char, 6>;

mac_address mac_bytes(uint32_t ip) {
  return {0x02,
          0x00,
          static_cast<unsigned char>(ip >> 24),
          static_cast<unsigned char>(ip >> 16),
          static_cast<unsigned char>(ip >> 8),
          static_cast<unsigned char>(ip)};
}

ifinfomsg link_part(int index, unsigned flags = 0) {
  ifinfomsg part{};
  part.ifi_family = AF_UNSPEC;
  part.ifi_index = index;
  part.ifi_flags = flags;
  part.ifi_change = flags;
  return part;
}

status add_address(netlink& link, int index, uint32_t ip, uint8_t prefix) {
  netlink_message message{RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE};
  ifaddrmsg part{};
  part.ifa_family = AF_INET;
  part.ifa_prefixlen = prefix;
  part.ifa_scope = RT_SCOPE_UNIVERSE;
  part.ifa_index = static_cast<unsigned>(index);
  message.body(part);
  const auto address = htonl(ip);
  message.attribute(IFA_LOCAL, &address, sizeof address);
  message.attribute(IFA_ADDRESS, &address, sizeof address);
  return link.ask(message, "cannot add the address " + ip_text(ip));
}

status set_up(netlink& link, int index, const std::string& name) {
  netlink_message message{RTM_NEWLINK, 0};
  message.body(link_part(index, IFF_UP));
  return link.ask(message, "cannot bring " + name + " up");
}

// A bridge whose address nobody set takes that of a port, and changes it as ports come and go,
// while pods remember the old one.
status add_bridge(netlink& link, const std::string& name, uint32_t gateway) {
  netlink_message message{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL};
  message.body(link_part(0));
  message.attribute(IFLA_IFNAME, name);
  const auto mac = mac_bytes(gateway);
  message.attribute(IFLA_ADDRESS, mac.data(), mac.size());
  const auto info = message.begin_nested(IFLA_LINKINFO);
  message.attribute(IFLA_INFO_KIND, "bridge");
  message.end_nested(info);
  return link.ask(message, "cannot make the bridge " + name);
}

status add_pair(netlink& link, const wire& plan, int bridge, int netns) {
  netlink_message message{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL};
  message.body(link_part(0, IFF_UP));
  message.attribute(IFLA_IFNAME, plan.veth);
  message.attribute_u32(IFLA_MASTER, static_cast<uint32_t>(bridge));
  const auto info = message.begin_nested(IFLA_LINKINFO);
  message.attribute(IFLA_INFO_KIND, "veth");
  const auto data = message.begin_nested(IFLA_INFO_DATA);
  const auto peer = message.begin_nested(VETH_INFO_PEER);
  message.body(link_part(0));
  message.attribute(IFLA_IFNAME, "eth0");
  const auto mac = mac_bytes(plan.ip);
  message.attribute(IFLA_ADDRESS, mac.data(), mac.size());
  message.attribute_u32(IFLA_NET_NS_FD, static_cast<uint32_t>(netns));
  message.end_nested(peer);
  message.end_nested(data);
  message.end_nested(info);
  return link.ask(message, "cannot make the link " + plan.veth);
}

// The port passes frames from and to the bridge itself only, learns nothing, and takes frames of
// no other hardware address than the one entered below.
status confine_port(netlink& link, int port) {
  netlink_message message{RTM_SETLINK, 0};
  auto part = link_part(port);
  part.ifi_family = AF_BRIDGE;
  message.body(part);
  const auto info = message.begin_nested(IFLA_PROTINFO);
  message.attribute_u8(IFLA_BRPORT_ISOLATED, 1);
  message.attribute_u8(IFLA_BRPORT_LEARNING, 0);
  message.attribute_u8(IFLA_BRPORT_UNICAST_FLOOD, 0);
  message.attribute_u8(IFLA_BRPORT_LOCKED, 1);
  message.end_nested(info);
  return link.ask(message, "cannot confine a bridge port");
}

status fix_port_address(netlink& link, int port, uint32_t ip) {
  netlink_message message{RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE};
  ndmsg part{};
  part.ndm_family = AF_BRIDGE;
  part.ndm_ifindex = port;
  part.ndm_state = NUD_NOARP; // what `bridge fdb … static` writes
  part.ndm_flags = NTF_MASTER;
  message.body(part);
  const auto mac = mac_bytes(ip);
  message.attribute(NDA_LLADDR, mac.data(), mac.size());
  return link.ask(message, "cannot fix a pod's hardware address");
}

// With a permanent entry no pod can answer the host's ARP question for another pod's address.
netlink_message neighbour(uint16_t type, uint16_t flags, int bridge, uint32_t ip) {
  netlink_message message{type, flags};
  ndmsg part{};
  part.ndm_family = AF_INET;
  part.ndm_ifindex = bridge;
  part.ndm_state = NUD_PERMANENT;
  message.body(part);
  const auto address = htonl(ip);
  message.attribute(NDA_DST, &address, sizeof address);
  const auto mac = mac_bytes(ip);
  if (type == RTM_NEWNEIGH)
    message.attribute(NDA_LLADDR, mac.data(), mac.size());
  return message;
}

status add_default_route(netlink& link, uint32_t gateway) {
  netlink_message message{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE};
  rtmsg part{};
  part.rtm_family = AF_INET;
  part.rtm_table = RT_TABLE_MAIN;
  part.rtm_protocol = RTPROT_STATIC;
  part.rtm_scope = RT_SCOPE_UNIVERSE;
  part.rtm_type = RTN_UNICAST;
  message.body(part);
  const auto address = htonl(gateway);
  message.attribute(RTA_GATEWAY, &address, sizeof address);
  return link.ask(message, "cannot set the default route");
}

status set_inside(const wire& plan) {
  const std::pair<const char*, const char*> settings[]
    = {{"/proc/sys/net/ipv6/conf/all/disable_ipv6", "1"},
       {"/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"},
       {"/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"},
       {"/proc/sys/net/ipv4/ping_group_range", "0 65535"}};
  for (const auto& [file, value] : settings)
    // Absent files (no IPv6 here) are fine; ping for everyone is a comfort.
    if (auto done = write_text(file, value);
        !done && exists(file) && std::string_view{file}.find("ping") == std::string_view::npos)
      return done;
  auto link = netlink::open();
  if (!link)
    return link.error();
  const auto lo = static_cast<int>(::if_nametoindex("lo"));
  const auto eth0 = static_cast<int>(::if_nametoindex("eth0"));
  for (auto done : {set_up(*link, lo, "lo"), add_address(*link, eth0, plan.ip, plan.pods.prefix),
                    set_up(*link, eth0, "eth0"), add_default_route(*link, plan.pods.gateway())})
    if (!done)
      return done;
  return ok();
}

} // namespace

status make_bridge(const std::string& name, const subnet& pods, const std::string& pay_ip) {
  auto link = netlink::open();
  if (!link)
    return link.error();
  if (auto made = add_bridge(*link, name, pods.gateway());
      !made && made.error().code != errc::conflict)
    return made;
  if (!exists("/sys/class/net/" + name + "/bridge"))
    return error{errc::conflict, "the network link " + name + " exists and is no bridge"};
  const auto index = static_cast<int>(::if_nametoindex(name.c_str()));
  (void)write_text("/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6", "1");
  if (auto done = add_address(*link, index, pods.gateway(), pods.prefix); !done)
    return done;
  if (!pay_ip.empty()) {
    const auto ip = parse_ip(pay_ip);
    if (!ip)
      return ip.error();
    if (auto done = add_address(*link, index, *ip, 32); !done)
      return done;
  }
  return set_up(*link, index, name);
}

status remove_link(const std::string& name) {
  const auto index = ::if_nametoindex(name.c_str());
  if (index == 0)
    return ok();
  auto link = netlink::open();
  if (!link)
    return link.error();
  netlink_message message{RTM_DELLINK, 0};
  message.body(link_part(static_cast<int>(index)));
  auto done = link->ask(message, "cannot remove the link " + name);
  return !done && done.error().code == errc::not_found ? ok() : done;
}

result<std::vector<std::string>> bridge_ports(const std::string& bridge) {
  return names_in("/sys/class/net/" + bridge + "/brif");
}

status connect_pod(const wire& plan, const std::string& netns) {
  const unique_fd ns{::open(netns.c_str(), O_RDONLY | O_CLOEXEC)};
  const auto bridge = static_cast<int>(::if_nametoindex(plan.bridge.c_str()));
  if (!ns || bridge == 0)
    return os_error("cannot open " + (bridge == 0 ? plan.bridge : netns));
  auto link = netlink::open();
  if (!link)
    return link.error();
  if (auto made = add_pair(*link, plan, bridge, ns.get()); !made)
    return made;
  const auto port = static_cast<int>(::if_nametoindex(plan.veth.c_str()));
  auto entry = neighbour(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, bridge, plan.ip);
  for (auto done : {confine_port(*link, port), fix_port_address(*link, port, plan.ip),
                    link->ask(entry, "cannot fix a pod's neighbour entry")})
    if (!done)
      return done;
  return in_network_namespace(netns, [&] { return set_inside(plan); });
}

status disconnect_pod(const wire& plan) {
  if (auto done = remove_link(plan.veth); !done)
    return done;
  const auto bridge = static_cast<int>(::if_nametoindex(plan.bridge.c_str()));
  if (bridge == 0)
    return ok();
  auto link = netlink::open();
  if (!link)
    return link.error();
  auto entry = neighbour(RTM_DELNEIGH, 0, bridge, plan.ip);
  auto done = link->ask(entry, "cannot remove a pod's neighbour entry");
  return !done && done.error().code == errc::not_found ? ok() : done;
}

status in_network_namespace(const std::string& netns, const std::function<status()>& work) {
  const unique_fd ns{::open(netns.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!ns)
    return os_error("cannot open " + netns);
  status out = ok();
  // The thread ends inside; no other one ever sees the namespace.
  std::thread{[&] {
    out = ::setns(ns.get(), CLONE_NEWNET) == 0 ? work() : status{os_error("cannot enter " + netns)};
  }}.join();
  return out;
}

} // namespace codius::runtime::oci
