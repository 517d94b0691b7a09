#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace codius::net {

struct proxy_settings {
  using ms = std::chrono::milliseconds;
  ms connect_limit{5'000};   ///< to reach a pod (504)
  ms first_byte{60'000};     ///< from the request's last octet to the answer's first (504)
  ms stream_idle{300'000};   ///< no octet of an answer's body, or none taken by the pod (close)
  ms tunnel_idle{3'600'000}; ///< no octet either way (WebSocket close 1001)
  ms half_close{30'000};     ///< after one end has said all it had to say (close)
  ms settle{10'000};         ///< a pod published this lately may not listen yet …
  ms settle_wait{5'000};     ///< … so a refused connection is tried again for this long (503)
  ms pool_idle{15'000};      ///< an idle connection to a pod is kept (close)
  size_t pool_per_pod = 32;  ///< idle connections a thread
  size_t pool_total = 1024;  ///< idle connections a thread, all pods together
  uint32_t pod_connections = 500;     ///< at once to one pod, over all threads (503)
  size_t buffer_bytes = 32 * 1024;    ///< each way of a request
  std::string public_scheme = "http"; ///< what X-Forwarded-Proto says
  /// A TLS proxy on this machine is in front: believe X-Forwarded-For and -Proto of loopback peers.
  bool trust_loopback_forwarded = false;
};

/// Written by any thread, read by whoever shows metrics.
struct proxy_counters {
  std::atomic<uint64_t> forwarded{0};      ///< answers of pods passed on
  std::atomic<uint64_t> failed{0};         ///< requests answered with an error of ours
  std::atomic<uint64_t> cut_off{0};        ///< answers that broke off in the middle
  std::atomic<uint64_t> client_left{0};    ///< requests whose client went away
  std::atomic<uint64_t> connects{0};       ///< new connections to pods
  std::atomic<uint64_t> reused{0};         ///< requests sent on a pooled connection
  std::atomic<uint64_t> retried{0};        ///< … that had gone stale
  std::atomic<uint64_t> settle_retries{0}; ///< refused connections tried again
  std::atomic<uint64_t> tunnels{0};        ///< tunnels opened
  std::atomic<uint64_t> tunnels_open{0};
};

} // namespace codius::net
