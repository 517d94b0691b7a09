#include "actors/http_ingress/api.hpp"

#include "actors/http_ingress/answers.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/system_info.hpp"
#include "runtime/base/version.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_request;
using net::http_response;
using runtime::json_object;

api::api(caf::actor_system& system, env world, api_settings settings)
  : system_(system), world_(std::move(world)), settings_(std::move(settings)),
    started_at_(world_.utc_now()) {}

asio::awaitable<http_response> api::answer(http_request req) {
  const auto request_id = new_request_id();
  const auto what = req.method + " " + req.path;
  auto out = co_await route(std::move(req), request_id);
  out.fields.set("x-request-id", request_id);
  log::write(log::level::debug, "http.answered",
             {{"req", request_id}, {"what", what}, {"status", std::to_string(out.status)}});
  co_return out;
}

asio::awaitable<http_response> api::route(http_request req, std::string request_id) {
  const bool get = req.method == "GET" || req.method == "HEAD";
  if (req.path == "/pods") {
    if (req.method == "POST")
      co_return co_await upload_pod(std::move(req), std::move(request_id));
    if (req.method == "PUT")
      co_return co_await extend_pod(std::move(req), std::move(request_id));
    if (req.method == "OPTIONS")
      co_return co_await quote_pod(std::move(req));
    if (get)
      co_return co_await show_pod(std::move(req));
  }
  if (get && req.path == "/version")
    co_return co_await version();
  if (get && req.path == "/info")
    co_return co_await info();
  co_return error_answer(404, to_string(errc::not_found), "Not Found");
}

asio::awaitable<http_response> api::version() {
  co_return json_answer(200, json_object{{"name", "Codiusd (C++)"}, {"version", runtime::version}});
}

asio::awaitable<http_response> api::info() {
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

  const bool full = seen->used_bytes + seen->pod_bytes > seen->sellable_bytes;
  const auto free = static_cast<double>(seen->sellable_bytes) - static_cast<double>(seen->used_bytes);
  const std::chrono::duration<double> service = world_.utc_now() - started_at_;
  const auto& cost = settings_.terms.cost_per_month;
  json_object body{{"fullMem", full},
                   {"acceptingUploads", !full && ledger->up},
                   {"serverFreeMemory", free},
                   {"serverUptime", runtime::machine_uptime_seconds()},
                   {"serviceUptime", service.count()},
                   {"avgLoad", runtime::machine_load_per_cpu()},
                   {"numPeers", 0},
                   {"currency", ledger->unit.code},
                   {"costPerMonth", std::stod(to_string(cost))},
                   {"uri", settings_.public_uri_text},
                   {"selfTestSuccess", false}};
  if (settings_.additional_info)
    body.set("runningContracts", seen->running);
  co_return json_answer(200, std::move(body));
}

std::string api::new_request_id() const {
  std::array<std::byte, 8> octets{};
  world_.random_bytes(octets);
  return to_hex(octets);
}

} // namespace codius::actors
