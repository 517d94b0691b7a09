#pragma once
#include "net/http/head.hpp"

#include <chrono>
#include <cstddef>

namespace codius::net {

/// What one client may take of this host. In brackets: the answer beyond it.
struct server_limits {
  head_limits head;                                 ///< (414, 431)
  std::chrono::milliseconds head_time{10'000};      ///< from first octet to empty line (408)
  size_t body_bytes = 1 << 20;                      ///< of an API request, also chunked (413)
  size_t body_rate = 1024;                          ///< least octets a second of a body (408) …
  std::chrono::milliseconds body_grace{10'000};     ///< … after being this long behind it
  std::chrono::milliseconds whole_request{300'000}; ///< to receive one API request (408)
  std::chrono::milliseconds idle{60'000};           ///< between requests (close)
  std::chrono::milliseconds write_stall{30'000};    ///< no octet taken by the client (close)
  std::chrono::milliseconds linger{2'000};          ///< dropping input after a refusal
  size_t requests_per_connection = 1000;            ///< (Connection: close)
  size_t connections = 10'000;                      ///< (503)
  size_t connections_per_client = 100;              ///< per IPv4 address or IPv6 /64 (429)
  bool exempt_loopback = true; ///< from the limit per client: a TLS proxy in front is one client
};

} // namespace codius::net
