#pragma once
#include "messages/env.hpp"
#include "net/proxy/exchange.hpp"
#include "net/proxy/upstream_pool.hpp"

#include <boost/asio/io_context.hpp>

// Part of the forwarder; nobody else includes this.

namespace codius::net {

/// What it takes to reach pods from one thread.
struct pod_access {
  asio::io_context& io;
  std::shared_ptr<const route_table> routes;
  std::shared_ptr<upstream_pool> pool;
  std::shared_ptr<proxy_counters> counters;
  env door;
};

/// Gives `x` a connection to the pod of `route`: a pooled one if `may_reuse`, else a new one. A pod
/// that was published a moment ago may not listen yet: then tries again every few milliseconds, as
/// long as the route stands and the client waits. Both references outlive the call.
asio::awaitable<exchange::outcome> connect_pod(const pod_access& access, exchange& x,
                                               route_ptr route, bool may_reuse);

} // namespace codius::net
