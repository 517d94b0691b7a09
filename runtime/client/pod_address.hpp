#pragma once
#include "runtime/client/buy_options.hpp"
#include "runtime/client/outcome.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codius::client {

/// Which pod, and where.
struct pod_address {
  std::string hash;
  std::vector<net::http_uri> hosts;
};

/// Reads a hash, with hosts; or the address of a pod at its host, as "HASH.host.example" or
/// "http://HASH.localhost:3000/": the scheme is taken as it is written, and https without one, but
/// for this machine. Fails (1) for anything else.
outcome<pod_address> read_pod_address(std::string_view text, std::vector<net::http_uri> hosts);

} // namespace codius::client
