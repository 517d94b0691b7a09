// What no single setting can tell.
#include "runtime/base/config_table.hpp"
#include "runtime/base/config_values.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

bool is_loopback(const std::string& ip) { return ip.rfind("127.", 0) == 0 || ip == "::1"; }

void check_names(const config& c, problems& wrong, std::vector<std::string>& warnings) {
  if (is_ip(c.public_host)) {
    const auto why = "public_uri is " + log::quote(c.public_uri)
                     + ": pods are at HASH.HOST, which an address cannot carry";
    if (c.dev)
      warnings.push_back(why + "; give their names in the Host field");
    else
      wrong.push_back(why + ", must be a host name with a wildcard in the DNS");
  }
  if (!c.dev && !c.public_tls)
    warnings.push_back("public_uri is http: money and private variables of uploads travel in the "
                       "clear, must be https for a host that others can reach");
}

void check_ports(const config& c, problems& wrong) {
  if (c.port == 0 && !c.dev)
    wrong.push_back("port is 0, which takes any free port and is for development mode only; must "
                    "be 1 to 65535, e.g. 3000");
  if (!c.ilp_listen || c.ilp_listen->port == 0 || c.ilp_listen->port != c.port)
    return;
  const auto any = [](const std::string& ip) { return ip == "0.0.0.0" || ip == "::"; };
  if (c.ilp_listen->ip == c.bind_ip || any(c.bind_ip) || any(c.ilp_listen->ip))
    wrong.push_back("ilp_listen and port both want port " + std::to_string(c.port)
                    + ", must be different, e.g. ilp_listen 127.0.0.1:7768");
}

void check_ledger(const config& c, const given_values& explicit_values,
                  std::vector<std::string>& warnings) {
  if (c.ilp_listen && !is_loopback(c.ilp_listen->ip))
    warnings.push_back("ilp_listen " + c.ilp_listen->ip
                       + " lets other machines into the connector; 127.0.0.1 is usual");
  for (const char* key : {"asset_code", "asset_scale"})
    if (c.uplink && explicit_values.contains(key))
      warnings.push_back(std::string{key} + " has no effect with an uplink, which tells its own");
}

void check_peers(const config& c, problems& wrong) {
  for (const auto& uri : c.bootstrap_peers)
    if (!c.dev && !uri.starts_with("https://"))
      wrong.push_back("bootstrap_peers has " + log::quote(uri)
                      + ", must be https outside development mode");
}

} // namespace

void finish_config(config& c, const given_values& explicit_values, problems& wrong,
                   std::vector<std::string>& warnings) {
  c.public_uri_follows_port = !explicit_values.contains("public_uri");
  check_names(c, wrong, warnings);
  check_ports(c, wrong);
  check_ledger(c, explicit_values, warnings);
  check_peers(c, wrong);
  if (c.self_test && c.pod_runtime == pod_runtime_kind::noop) {
    c.self_test = false;
    warnings.push_back("self_test is off: with pod_runtime noop no pod runs that could be tested");
  }
  if (c.min_duration > c.max_duration)
    wrong.push_back("min_duration is " + std::to_string(c.min_duration.count())
                    + " s and max_duration is " + std::to_string(c.max_duration.count())
                    + " s, min_duration must not be the larger");
  if (c.root == c.run_dir)
    wrong.push_back("root and run_dir are both " + log::quote(c.root) + ", must be different");
}

std::string mask_userinfo(std::string_view text) {
  const auto scheme = text.find("://");
  const auto from = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at < from)
    return std::string{text};
  return std::string{text.substr(0, from)} + "***" + std::string{text.substr(at)};
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const std::string* best = nullptr;
  size_t least = std::max<size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    // Levenshtein's distance, one row at a time.
    std::vector<size_t> row(candidate.size() + 1);
    for (size_t i = 0; i < row.size(); ++i)
      row[i] = i;
    for (size_t w = 0; w < std::min<size_t>(word.size(), 64); ++w) {
      auto diagonal = row[0]++;
      for (size_t i = 0; i < candidate.size(); ++i) {
        const auto same = diagonal + (word[w] == candidate[i] ? 0 : 1);
        diagonal = row[i + 1];
        row[i + 1] = std::min({row[i] + 1, row[i + 1] + 1, same});
      }
    }
    if (row.back() < least) {
      least = row.back();
      best = &candidate;
    }
  }
  return best ? "; did you mean " + *best + "?" : std::string{};
}

} // namespace codius::runtime
