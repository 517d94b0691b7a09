#include "runtime/client/pod_address.hpp"

#include "net/http/head.hpp"
#include "runtime/client/text.hpp"

namespace codius::client {

outcome<pod_address> read_pod_address(std::string_view text, std::vector<net::http_uri> hosts) {
  const auto refuse = [&](const char* why) {
    return failure{exit_code::user, "\"" + printable(text, 100) + "\" " + why,
                   "Give the 52 characters of its hash and --host, or its address: "
                   "HASH.host.example"};
  };
  const auto scheme = text.find("://");
  const auto begin = scheme == text.npos ? 0 : scheme + 3;
  const auto end = std::min(text.find_first_of("/?#", begin), text.size());
  const auto authority = text.substr(begin, end - begin);
  const auto hash = net::pod_label(authority);
  if (hash.empty())
    return refuse("names no pod");
  if (!hosts.empty())
    return pod_address{hash, std::move(hosts)};
  if (authority.size() <= hash.size() + 1)
    return refuse("does not say at which host the pod is");
  const auto prefix = scheme == text.npos ? std::string{} : std::string{text.substr(0, begin)};
  auto host = parse_host(prefix + std::string{authority.substr(hash.size() + 1)});
  if (!host)
    return refuse("does not say at which host the pod is");
  return pod_address{hash, {*std::move(host)}};
}

} // namespace codius::client
