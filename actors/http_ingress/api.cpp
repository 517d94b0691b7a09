#include "actors/http_ingress/api.hpp"

#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/routes.hpp"
#include "actors/peer_gossip/peer_rules.hpp"
#include "messages/interfaces.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/system_info.hpp"
#include "runtime/base/version.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_request;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

api::api(caf::actor_system& system, env world, api_settings settings)
  : system_(system), world_(std::move(world)), settings_(std::move(settings)),
    started_at_(world_.utc_now()) {}

asio::awaitable<http_response> api::answer(http_request req) {
  api_call call{std::move(req), new_request_id(), {}};
  const auto id = call.id;
  const auto what = call.req.method + " " + call.req.path;
  auto out = co_await route(std::move(call));
  out.fields.set("x-request-id", id);
  log::write(log::level::debug, "http.answered",
             {{"req", id}, {"what", what}, {"status", std::to_string(out.status)}});
  co_return out;
}

asio::awaitable<http_response> api::route(api_call call) {
  const auto* found = find_route(call.req.method, call.req.path, call.segments);
  if (found == nullptr)
    co_return error_answer(404, to_string(errc::not_found), "Not Found");
  if (found->gated && settings_.gate)
    if (auto closed = settings_.gate(call.req))
      co_return std::move(*closed);
  co_return co_await (this->*found->run)(std::move(call));
}

asio::awaitable<http_response> api::version(api_call) {
  co_return json_answer(200, json_object{{"name", "Codiusd (C++)"}, {"version", runtime::version}});
}

asio::awaitable<http_response> api::info(api_call call) {
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const get_capacity how_full;
  const auto seen = co_await runtime::ask<capacity>(system_, pods, 5s, how_full);
  if (!seen)
    co_return error_answer(seen.error());
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  const auto ledger = co_await runtime::ask<ledger_link>(system_, ilp, 5s, which);
  if (!ledger)
    co_return error_answer(ledger.error());

  const auto terms = settings_.terms.board->current();
  const auto* asked = call.req.find_query("requestPeers");
  const bool with_peers = terms->additional_info && asked != nullptr && *asked == "true";
  const auto peers = runtime::find<peers_actor>(system_, role::peers);
  const get_peers which_peers{with_peers ? most_known_peers : 0};
  // A host without news of others is a host all the same.
  const auto known = co_await runtime::ask<peer_list>(system_, peers, 1s, which_peers);

  const bool full = seen->used_bytes + seen->pod_bytes > seen->sellable_bytes;
  const auto free = static_cast<double>(seen->sellable_bytes) - static_cast<double>(seen->used_bytes);
  const std::chrono::duration<double> service = world_.utc_now() - started_at_;
  json_object body{{"fullMem", full},
                   {"acceptingUploads", !full && ledger->up},
                   {"serverFreeMemory", free},
                   {"serverUptime", runtime::machine_uptime_seconds()},
                   {"serviceUptime", service.count()},
                   {"avgLoad", runtime::machine_load_per_cpu()},
                   {"numPeers", known ? known->known : 0},
                   {"currency", ledger->unit.code},
                   {"costPerMonth", std::stod(to_string(terms->cost_per_month))},
                   {"uri", settings_.public_uri_text},
                   {"selfTestSuccess", settings_.self_test_success && settings_.self_test_success()}};
  if (terms->additional_info)
    body.set("runningContracts", seen->running);
  if (with_peers && known)
    body.set("peers", json_array(known->uris.begin(), known->uris.end()));
  co_return json_answer(200, std::move(body));
}

std::string api::new_request_id() const {
  std::array<std::byte, 8> octets{};
  world_.random_bytes(octets);
  return to_hex(octets);
}

} // namespace codius::actors
