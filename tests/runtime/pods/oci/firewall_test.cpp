#include "runtime/pods/oci/firewall.hpp"

#include <doctest/doctest.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/firewall");

namespace {

firewall_plan some_plan() {
  return {"codius0",
          *parse_subnet("10.88.0.0/16"),
          {*parse_subnet("198.18.7.0/24")},
          "169.254.77.68",
          7768,
          321};
}

size_t place(const std::string& text, const std::string& what) {
  const auto at = text.find(what);
  CAPTURE(what);
  CHECK(at != std::string::npos);
  return at;
}

} // namespace

TEST_CASE("D-26 the table is emptied and filled in one transaction, under the bridge's name") {
  const auto rules = firewall_rules(some_plan());
  CHECK(
    rules.starts_with("add table inet codius0\ndelete table inet codius0\ntable inet codius0 {"));
  CHECK(firewall_removal("codius0") == "add table inet codius0\ndelete table inet codius0\n");
}

TEST_CASE("the host is closed to pods but for the pay address, and other traffic is not touched") {
  const auto rules = firewall_rules(some_plan());
  const auto chain = place(rules, "chain input");
  const auto others = rules.find("iifname != \"codius0\" accept", chain);
  const auto pay = rules.find("ip daddr 169.254.77.68 tcp dport 7768 accept", chain);
  const auto drop = rules.find("    counter drop\n  }", chain);
  CHECK(others < pay);
  CHECK(pay < drop);
  auto none = some_plan();
  none.pay_port = 0;
  CHECK(firewall_rules(none).find("dport 7768") == std::string::npos);
}

TEST_CASE("pods reach neither each other nor closed networks nor mail servers") {
  const auto rules = firewall_rules(some_plan());
  const auto between = place(rules, "iifname \"codius0\" oifname \"codius0\" counter drop");
  const auto jump = place(rules, "iifname \"codius0\" jump egress");
  CHECK(between < jump);
  const auto spoof = place(rules, "ip saddr != 10.88.0.0/16 counter drop\n    ip daddr @closed");
  const auto accept = place(rules, "    counter accept\n");
  CHECK(spoof < place(rules, "tcp dport { 25, 465, 587 } counter reject with tcp reset"));
  CHECK(place(rules, "ct count over 321 } counter drop") < accept);
  CHECK(place(rules, "meta nfproto ipv6 counter drop") < accept);
}

TEST_CASE("private, special and the machine's own networks are closed") {
  const auto rules = firewall_rules(some_plan());
  for (const char* net : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                          "127.0.0.0/8", "100.64.0.0/10", "198.18.7.0/24"})
    place(rules, net);
  place(rules, "ip saddr 10.88.0.0/16 oifname != \"codius0\" masquerade");
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
