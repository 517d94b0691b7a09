#include "actors/http_ingress/http_ingress.hpp"

#include "actors/http_ingress/request_id.hpp"
#include "actors/http_ingress/web_pages.hpp"
#include "net/proxy/forward.hpp"
#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/base/log.hpp"

#include <stdexcept>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

// Requests under way may finish when the host stops or this actor is replaced.
constexpr auto drain_limit = 3s;

asio::awaitable<void> drain(std::shared_ptr<net::http_server> server) {
  co_await server->stop(drain_limit);
}

} // namespace

http_ingress_state::~http_ingress_state() {
  if (server_)
    asio::co_spawn(*deps_.threads.front(), drain(server_), asio::detached);
}

caf::behavior http_ingress_state::make_behavior(ingress_deps deps) {
  deps_ = std::move(deps);
  auto handler = std::make_shared<api>(self_->system(), deps_.world, deps_.api);
  net::server_parts parts;
  parts.door = deps_.world;
  parts.api = [handler](net::http_request req) { return handler->answer(std::move(req)); };
  parts.quick = [handler](const net::http_request& req) { return handler->answer_at_once(req); };
  net::proxy_settings proxy;
  proxy.public_scheme = deps_.api.public_uri.tls ? "https" : "http";
  // TLS ends in front of this server; who stands there is on this machine.
  proxy.trust_loopback_forwarded = deps_.api.public_uri.tls;
  parts.proxy
    = [routes = deps_.routes, world = deps_.world, proxy, counters = deps_.proxied](
        asio::io_context& io) { return net::make_forwarder(io, routes, proxy, world, counters); };
  parts.on_fault = [](const std::string& why) {
    log::write(log::level::error, "http.fault", {{"why", why}});
  };
  parts.on_refusal
    = [world = deps_.world](const net::http_fields& asked, net::http_response& answer) {
        auto id = request_id_of(asked, world);
        log::write(log::level::debug, "http.refused",
                   {{"req", id}, {"status", std::to_string(answer.status)}});
        answer.fields.set("x-request-id", std::move(id));
        open_to_web_pages(answer); // a page that sent too much may read so
      };
  server_ = std::make_shared<net::http_server>(deps_.threads, deps_.server, std::move(parts));
  if (auto started = server_->start(); !started)
    throw std::runtime_error(started.error().detail);
  log::write(log::level::info, "http.listening",
             {{"at", deps_.server.bind_ip + ":" + std::to_string(server_->port())}});
  if (deps_.on_server)
    deps_.on_server(server_);
  if (deps_.on_listen)
    deps_.on_listen(server_->port());
  return {[](flush_atom) {}};
}

caf::behavior http_ingress(caf::stateful_actor<http_ingress_state>* self, ingress_deps deps) {
  runtime::end_on_exception(self);
  runtime::tell_mailbox(self);
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
