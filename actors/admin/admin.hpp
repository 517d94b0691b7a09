#pragma once
#include "actors/admin/admin_api.hpp"
#include "net/http/server.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

namespace codius::actors {

struct admin_deps {
  asio::io_context* io = nullptr; ///< run by one thread, which is none of the public server's
  env world;
  net::server_settings server;
  admin_settings api;
};

/// Owns the admin API's listener, as `http_ingress` does the public one.
class admin_state {
public:
  static constexpr const char* name = "codius.admin";

  explicit admin_state(caf::event_based_actor* self) : self_(self) {}
  ~admin_state();

  /// Throws when nothing can listen there: the supervisor tries again.
  caf::behavior make_behavior(admin_deps deps);

private:
  caf::event_based_actor* self_;
  admin_deps deps_;
  std::shared_ptr<net::http_server> server_;
};

caf::behavior admin(caf::stateful_actor<admin_state>* self, admin_deps deps);

} // namespace codius::actors
