#include "runtime/pods/oci/host.hpp"

#include "runtime/base/process.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/firewall.hpp"
#include "runtime/pods/oci/network.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>

namespace codius::runtime::oci {
namespace {

// Paths become parts of mount options and scripts.
bool is_plain_path(const std::string& path) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view{"/._-"}.find(c) != std::string_view::npos;
  };
  return path.size() > 1 && path.size() < 200 && path[0] == '/' && path.back() != '/'
         && std::ranges::all_of(path, fine) && path.find("/..") == std::string::npos;
}

bool is_link_name(const std::string& name) {
  return !name.empty() && name.size() <= 10 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

error bad_setting(const std::string& name, const std::string& value, const std::string& right) {
  return {errc::invalid, name + " is \"" + value + "\"; it must be " + right};
}

status run_nft(std::string rules) {
  process_request request;
  request.argv = {"nft", "-f", "-"};
  request.stdin_data = std::move(rules);
  const auto done = run_checked(request);
  return done ? ok() : status{done.error()};
}

std::vector<subnet> local_networks(const std::vector<route>& routes, const std::string& bridge) {
  std::vector<subnet> out;
  for (const auto& known : routes)
    if (known.local && known.interface != bridge)
      out.push_back(known.to);
  return out;
}

result<std::vector<route>> read_routes() {
  const auto text = read_text("/proc/net/route", 4 << 20);
  if (!text)
    return text.error();
  return parse_routes(*text);
}

// The bridge of an earlier run with another subnet: no pod needs it any more, or nobody may.
status replace_bridge(const host& on, const std::vector<route>& routes, bool held) {
  for (const auto& known : routes) {
    if (known.interface != on.options.bridge || known.to == on.pods || known.to.prefix == 32)
      continue;
    if (held)
      return error{errc::conflict, "pods still live in " + known.to.text()
                                     + "; remove them before moving to " + on.pods.text()};
    return remove_link(on.options.bridge);
  }
  return ok();
}

} // namespace

status check_options(const oci_options& options) {
  for (const auto& [name, path] : {std::pair{"the state directory", &options.state_dir},
                                   std::pair{"the run directory", &options.run_dir}})
    if (!is_plain_path(*path))
      return bad_setting(name, *path, "an absolute path of letters, digits, '.', '_' and '-'");
  if (!is_link_name(options.bridge))
    return bad_setting("the bridge", options.bridge, "1 to 10 of a-z, 0-9 and '-'");
  if (!options.pay_ip.empty())
    if (const auto ip = parse_ip(options.pay_ip); !ip)
      return bad_setting("the pods' pay address", options.pay_ip, "an IPv4 address");
  for (const auto& server : options.dns_servers)
    if (!parse_ip(server))
      return bad_setting("a DNS server", server, "an IPv4 address");
  const uint64_t last_id = options.first_host_id + uint64_t{options.max_pods} * id_range::size;
  if (options.max_pods == 0 || options.max_pods > 65535 || last_id > ~0u)
    return bad_setting("the number of pods", std::to_string(options.max_pods),
                       "1 to 65535, with 65536 host ids each");
  return ok();
}

status check_programs(const oci_options& options) {
  const std::pair<std::string, const char*> needed[] = {{options.conmon, "conmon"},
                                                        {"skopeo", "skopeo"},
                                                        {"umoci", "umoci"},
                                                        {"nft", "nftables"},
                                                        {"unshare", "util-linux"}};
  std::string missing;
  for (const auto& [program, package] : needed)
    if (!find_program(program))
      missing += std::string{" "} + package;
  if (!missing.empty())
    return error{errc::unavailable, "programs are missing; run: apt-get install" + missing};
  return ok();
}

status prepare_network(host& on, bool held) {
  const auto& options = on.options;
  const auto routes = read_routes();
  if (!routes)
    return routes.error();
  const auto pods = choose_subnet(options.subnet, *routes, options.bridge);
  if (!pods)
    return pods.error();
  on.pods = *pods;
  if (auto done = replace_bridge(on, *routes, held); !done)
    return done;
  if (auto made = make_bridge(options.bridge, on.pods, options.pay_ip); !made)
    return made;
  if (auto done = write_text("/proc/sys/net/ipv4/ip_forward", "1"); !done)
    return done;
  const firewall_plan plan{options.bridge,
                           on.pods,
                           local_networks(*routes, options.bridge),
                           options.pay_ip,
                           options.pay_ip.empty() ? uint16_t{0} : options.pay_port,
                           options.max_connections_per_pod};
  return run_nft(firewall_rules(plan));
}

status release_network(const oci_options& options) {
  if (auto done = run_nft(firewall_removal(options.bridge)); !done)
    return done;
  return remove_link(options.bridge);
}

daemon_bounds read_daemon_bounds() {
  daemon_bounds out;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max != RLIM_INFINITY)
    out.max_files = files.rlim_max;
  if (const auto text = read_text("/proc/self/oom_score_adj"))
    std::from_chars(text->data(), text->data() + text->size(), out.oom_score_adj);
  constexpr std::string_view label = "\nCapPrm:\t";
  const auto text = read_text("/proc/self/status");
  const auto at = text ? text->find(label) : std::string::npos;
  if (at != std::string::npos) {
    const auto digits = std::string_view{*text}.substr(at + label.size(), 16);
    std::from_chars(digits.data(), digits.data() + digits.size(), out.capabilities, 16);
  }
  return out;
}

} // namespace codius::runtime::oci
