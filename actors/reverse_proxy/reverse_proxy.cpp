#include "actors/reverse_proxy/reverse_proxy.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"

namespace codius::actors {

proxy_actor::behavior_type
reverse_proxy_state::make_behavior(std::shared_ptr<net::route_table> routes, env world) {
  routes_ = std::move(routes);
  world_ = std::move(world);
  return {
    [this](const publish_route& m) -> caf::result<route_done> {
      const auto state
        = m.address.port == 0 ? net::route_state::no_port : net::route_state::running;
      if (auto done = routes_->publish(m.id, state, m.address, world_.utc_now()); !done)
        return runtime::to_caf(done.error());
      return route_done{};
    },
    [this](const withdraw_route& m) {
      routes_->withdraw(m.id);
      return route_done{};
    },
  };
}

proxy_actor::behavior_type reverse_proxy(proxy_actor::stateful_pointer<reverse_proxy_state> self,
                                         std::shared_ptr<net::route_table> routes, env world) {
  runtime::end_on_exception(static_cast<proxy_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<proxy_actor::pointer>(self));
  return self->state.make_behavior(std::move(routes), std::move(world));
}

} // namespace codius::actors
