#pragma once
#include "messages/env.hpp"
#include "messages/interfaces.hpp"
#include "net/proxy/route_table.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace codius::actors {

/// Owns the route table: the data plane only ever reads it. The table outlives the actor, so a
/// restart cuts nobody off.
class reverse_proxy_state {
public:
  static constexpr const char* name = "codius.reverse_proxy";

  explicit reverse_proxy_state(proxy_actor::pointer) {}

  proxy_actor::behavior_type make_behavior(std::shared_ptr<net::route_table> routes, env world);

private:
  std::shared_ptr<net::route_table> routes_;
  env world_;
};

proxy_actor::behavior_type reverse_proxy(proxy_actor::stateful_pointer<reverse_proxy_state> self,
                                         std::shared_ptr<net::route_table> routes, env world);

} // namespace codius::actors
