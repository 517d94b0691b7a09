#include "runtime/pods/oci/firewall.hpp"

namespace codius::runtime::oci {
namespace {

// Addresses that lead to nobody in public (RFC 6890 and successors), cloud metadata among them.
constexpr const char* bogons
  = "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, "
    "192.0.0.0/24, 192.0.2.0/24, 192.88.99.0/24, 192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, "
    "203.0.113.0/24, 224.0.0.0/4, 240.0.0.0/4";

std::string closed_networks(const firewall_plan& plan) {
  std::string out = bogons;
  for (const auto& net : plan.local_networks)
    out += ", " + net.text();
  return out;
}

std::string input_chain(const firewall_plan& plan) {
  std::string pay;
  if (plan.pay_port != 0)
    pay
      = "    ip daddr " + plan.pay_ip + " tcp dport " + std::to_string(plan.pay_port) + " accept\n";
  return "  chain input {\n"
         "    type filter hook input priority filter; policy accept;\n"
         "    iifname != \""
         + plan.bridge
         + "\" accept\n"
           "    ct state established,related accept\n"
           "    ip saddr != "
         + plan.pods.text() + " counter drop\n" + pay
         + "    icmp type echo-request limit rate 5/second accept\n"
           "    counter drop\n"
           "  }\n";
}

std::string forward_chains(const firewall_plan& plan) {
  const auto bridge = "\"" + plan.bridge + "\"";
  return "  chain forward {\n"
         "    type filter hook forward priority filter; policy accept;\n"
         "    iifname "
         + bridge
         + " tcp flags syn tcp option maxseg size set rt mtu\n"
           "    iifname "
         + bridge + " oifname " + bridge + " counter drop\n    iifname " + bridge
         + " jump egress\n    oifname " + bridge
         + " jump ingress\n"
           "  }\n"
           "  chain egress {\n"
           "    ct state established,related accept\n"
           "    ct state invalid drop\n"
           "    meta nfproto ipv6 counter drop\n"
           "    ip saddr != "
         + plan.pods.text()
         + " counter drop\n"
           "    ip daddr @closed counter reject with icmp type admin-prohibited\n"
           "    tcp dport { 25, 465, 587 } counter reject with tcp reset\n"
           "    ct state new add @conns { ip saddr ct count over "
         + std::to_string(plan.max_connections_per_pod)
         + " } counter drop\n"
           "    counter accept\n"
           "  }\n"
           "  chain ingress {\n"
           "    ct state established,related accept\n"
           "    counter drop\n"
           "  }\n";
}

} // namespace

std::string firewall_rules(const firewall_plan& plan) {
  // `add` then `delete` empties the table whether or not it was there; all of it is one commit.
  return firewall_removal(plan.bridge) + "table inet " + plan.bridge
         + " {\n  set closed {\n    type ipv4_addr; flags interval; auto-merge\n    elements = { "
         + closed_networks(plan)
         + " }\n  }\n"
           "  set conns { type ipv4_addr; size 65535; flags dynamic; }\n"
         + input_chain(plan) + forward_chains(plan)
         + "  chain postrouting {\n"
           "    type nat hook postrouting priority srcnat; policy accept;\n"
           "    ip saddr "
         + plan.pods.text() + " oifname != \"" + plan.bridge
         + "\" masquerade\n"
           "  }\n"
           "}\n";
}

std::string firewall_removal(const std::string& bridge) {
  return "add table inet " + bridge + "\ndelete table inet " + bridge + "\n";
}

} // namespace codius::runtime::oci
