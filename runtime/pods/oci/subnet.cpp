#include "runtime/pods/oci/subnet.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>
#include <sstream>

namespace codius::runtime::oci {
namespace {

constexpr uint8_t widest = 16;
constexpr uint8_t narrowest = 28;

const route* collision(const subnet& net, const std::vector<route>& routes,
                       const std::string& bridge) {
  const auto found = std::ranges::find_if(routes, [&](const route& other) {
    return other.interface != bridge && other.to.overlaps(net);
  });
  return found == routes.end() ? nullptr : &*found;
}

result<subnet> check_wanted(const std::string& wanted, const std::vector<route>& routes,
                            const std::string& bridge) {
  auto net = parse_subnet(wanted);
  if (!net)
    return net;
  if (net->prefix < widest || net->prefix > narrowest)
    return error{errc::invalid, "the pods' subnet " + wanted + " must be a /16 to /28"};
  if (const auto* other = collision(*net, routes, bridge))
    return error{errc::conflict, "the pods' subnet " + wanted + " overlaps the route to "
                                   + other->to.text() + " on "
                                   + other->interface + "; choose another one"};
  return net;
}

} // namespace

std::string ip_text(uint32_t ip) {
  char out[INET_ADDRSTRLEN];
  const in_addr address{htonl(ip)};
  return ::inet_ntop(AF_INET, &address, out, sizeof out);
}

result<uint32_t> parse_ip(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string{text}.c_str(), &address) != 1)
    return error{errc::malformed, "\"" + std::string{text.substr(0, 40)} + "\" is no IPv4 address"};
  return ntohl(address.s_addr);
}

bool subnet::overlaps(const subnet& other) const {
  const auto wider = mask() & other.mask();
  return (base & wider) == (other.base & wider);
}

std::string subnet::text() const { return ip_text(base) + "/" + std::to_string(prefix); }

result<subnet> parse_subnet(std::string_view text) {
  const auto slash = text.find('/');
  const error bad{errc::malformed,
                  "\"" + std::string{text.substr(0, 40)} + "\" is no subnet such as 10.88.0.0/16"};
  if (slash == std::string_view::npos)
    return bad;
  const auto base = parse_ip(text.substr(0, slash));
  const auto digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (!base || failed != std::errc{} || end != digits.data() + digits.size() || prefix > 32)
    return bad;
  const subnet out{*base, static_cast<uint8_t>(prefix)};
  if ((out.base & ~out.mask()) != 0)
    return bad;
  return out;
}

std::vector<route> parse_routes(std::string_view proc_net_route) {
  std::vector<route> out;
  std::istringstream lines{std::string{proc_net_route}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string interface, to, gateway, flags, count, use, metric, mask;
    if (!(words >> interface >> to >> gateway >> flags >> count >> use >> metric >> mask)
        || to.size() != 8 || mask.size() != 8 || interface == "Iface")
      continue;
    // The file shows numbers as this machine reads network order.
    const auto number = [](const std::string& hex) {
      return ntohl(static_cast<uint32_t>(std::strtoul(hex.c_str(), nullptr, 16)));
    };
    const auto bits = number(mask);
    if (bits != 0)
      out.push_back({interface,
                     {number(to), static_cast<uint8_t>(std::countl_one(bits))},
                     number(gateway) == 0});
  }
  return out;
}

result<subnet> choose_subnet(const std::string& wanted, const std::vector<route>& routes,
                             const std::string& bridge) {
  if (!wanted.empty())
    return check_wanted(wanted, routes, bridge);
  for (const auto& known : routes)
    if (known.interface == bridge && known.to.prefix >= widest && known.to.prefix <= narrowest)
      return known.to;
  for (uint32_t second = 88; second < 128; ++second)
    if (const subnet net{10u << 24 | second << 16, 16}; collision(net, routes, bridge) == nullptr)
      return net;
  return error{errc::conflict,
               "every subnet from 10.88.0.0/16 to 10.127.0.0/16 is in use; name one for pods"};
}

std::string short_id_of(uint32_t slot) {
  char out[10];
  std::snprintf(out, sizeof out, "p%04x", slot);
  return out;
}

std::string veth_name(const std::string& bridge, uint32_t slot) {
  return bridge + "-" + short_id_of(slot).substr(1);
}

} // namespace codius::runtime::oci
