#pragma once
#include "actors/http_ingress/api.hpp"
#include "messages/interfaces.hpp"
#include "net/http/server.hpp"
#include "net/proxy/route_table.hpp"
#include "net/proxy/settings.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace codius::actors {

struct ingress_deps {
  std::vector<asio::io_context*> threads; ///< each run by one thread
  env world;
  net::server_settings server;
  std::shared_ptr<net::route_table> routes;
  std::shared_ptr<net::proxy_counters> proxied;
  api_settings api;
  std::function<void(uint16_t port)> on_listen;
  /// Told of the server when it listens; may be empty.
  std::function<void(std::weak_ptr<const net::http_server>)> on_server;
};

/// Owns the listeners. Requests never pass through its mailbox: they run on the I/O threads, and
/// ask actors by role. When it ends, so do its connections.
class http_ingress_state {
public:
  static constexpr const char* name = "codius.http_ingress";

  explicit http_ingress_state(caf::event_based_actor* self) : self_(self) {}
  ~http_ingress_state();

  /// Throws when the port is taken: the supervisor tries again.
  caf::behavior make_behavior(ingress_deps deps);

private:
  caf::event_based_actor* self_;
  ingress_deps deps_;
  std::shared_ptr<net::http_server> server_;
};

caf::behavior http_ingress(caf::stateful_actor<http_ingress_state>* self, ingress_deps deps);

} // namespace codius::actors
