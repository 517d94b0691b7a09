#include "actors/admin/admin.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/base/log.hpp"

#include <unistd.h>

#include <stdexcept>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

asio::awaitable<void> drain(std::shared_ptr<net::http_server> server) { co_await server->stop(1s); }

} // namespace

admin_state::~admin_state() {
  if (!server_)
    return;
  if (!deps_.server.socket_path.empty())
    ::unlink(deps_.server.socket_path.c_str());
  asio::co_spawn(*deps_.io, drain(server_), asio::detached);
}

caf::behavior admin_state::make_behavior(admin_deps deps) {
  deps_ = std::move(deps);
  auto handler = std::make_shared<admin_api>(self_->system(), deps_.world, deps_.api);
  net::server_parts parts;
  parts.door = deps_.world;
  parts.api = [handler](net::http_request req) { return handler->answer(std::move(req)); };
  parts.on_fault = [](const std::string& why) {
    log::write(log::level::error, "admin.fault", {{"why", why}});
  };
  auto server = std::make_shared<net::http_server>(std::vector{deps_.io}, deps_.server,
                                                   std::move(parts));
  if (auto started = server->start(); !started)
    throw std::runtime_error(started.error().detail);
  server_ = std::move(server);
  const auto& path = deps_.server.socket_path;
  log::write(log::level::info, "admin.listening",
             {{"at", path.empty() ? deps_.server.bind_ip + ":" + std::to_string(server_->port())
                                  : path}});
  return {[](flush_atom) {}};
}

caf::behavior admin(caf::stateful_actor<admin_state>* self, admin_deps deps) {
  runtime::end_on_exception(self);
  runtime::tell_mailbox(self);
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
