#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/http_ingress/home_page.hpp"
#include "actors/peer_gossip/peer_rules.hpp"
#include "messages/interfaces.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/system_info.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

asio::awaitable<result<host_view>> api::look_around(size_t most_peers) {
  host_view out;
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const get_capacity how_full;
  const auto seen = co_await runtime::ask<capacity>(system_, pods, 5s, how_full);
  if (!seen)
    co_return seen.error();
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  auto ledger = co_await runtime::ask<ledger_link>(system_, ilp, 5s, which);
  if (!ledger)
    co_return ledger.error();
  const auto peers = runtime::find<peers_actor>(system_, role::peers);
  const get_peers which_peers{most_peers};
  // A host without news of others is a host all the same.
  auto known = co_await runtime::ask<peer_list>(system_, peers, 1s, which_peers);

  out.room = *seen;
  out.ledger = std::move(*ledger);
  out.terms = settings_.terms.board->current();
  out.uri = settings_.public_uri_text;
  const std::chrono::duration<double> service = world_.utc_now() - started_at_;
  out.service_seconds = service.count();
  out.machine_seconds = runtime::machine_uptime_seconds();
  out.load = runtime::machine_load_per_cpu();
  if (known) {
    out.known_peers = known->known;
    out.peers = std::move(known->uris);
  }
  out.self_test_success = settings_.self_test_success && settings_.self_test_success();
  co_return out;
}

asio::awaitable<http_response> api::home(api_call) {
  const auto host = co_await look_around(0);
  co_return host ? home_page(*host) : error_answer(host.error());
}

asio::awaitable<http_response> api::version(api_call) { co_return version_answer(); }

/// The facts as they were told a moment ago; null if they must be asked for.
std::shared_ptr<const std::string> api::info_at_once(const net::http_request& req) {
  if (!req.query.empty())
    return nullptr;
  return info_.peek(world_.utc_now(), settings_.terms.board->current(), sales_ended_);
}

asio::awaitable<http_response> api::info(api_call call) {
  const auto* asked = call.req.find_query("requestPeers");
  const auto terms = settings_.terms.board->current();
  const bool with_peers = terms->additional_info && asked != nullptr && *asked == "true";
  const auto now = world_.utc_now();
  const uint64_t sales = sales_ended_;
  if (!with_peers)
    if (const auto told = info_.at(now, terms, sales))
      co_return json_text_answer(200, *told);
  const auto host = co_await look_around(with_peers ? most_known_peers : 0);
  if (!host)
    co_return error_answer(host.error());
  json_object body{{"fullMem", host->full()},
                   {"acceptingUploads", host->accepting()},
                   {"serverFreeMemory", host->free_bytes()},
                   {"serverUptime", host->machine_seconds},
                   {"serviceUptime", host->service_seconds},
                   {"avgLoad", host->load},
                   {"numPeers", host->known_peers},
                   {"currency", host->ledger.unit.code},
                   {"costPerMonth", std::stod(to_string(host->terms->cost_per_month))},
                   {"uri", host->uri},
                   {"selfTestSuccess", host->self_test_success}};
  if (host->terms->additional_info)
    body.set("runningContracts", host->room.running);
  if (with_peers)
    body.set("peers", json_array(host->peers.begin(), host->peers.end()));
  auto text = dump(std::move(body));
  if (!with_peers)
    info_.keep(text, now, terms, sales);
  co_return json_text_answer(200, std::move(text));
}

/// Octets, as its name in /info, `serverFreeMemory`.
asio::awaitable<http_response> api::memory(api_call) {
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const get_capacity how_full;
  const auto seen = co_await runtime::ask<capacity>(system_, pods, 5s, how_full);
  if (!seen)
    co_return error_answer(seen.error());
  co_return json_answer(200, json_object{{"freeMem", static_cast<double>(seen->sellable_bytes)
                                                       - static_cast<double>(seen->used_bytes)}});
}

} // namespace codius::actors
