#include "actors/admin/admin_api.hpp"
#include "actors/admin/body.hpp"
#include "actors/http_ingress/answers.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

namespace {

json_object peer_json(const peer_view& p) {
  return {{"uri", p.uri},
          {"state", to_string(p.state)},
          {"bootstrap", p.bootstrap},
          {"knownSeconds", p.age.count()},
          {"silentSeconds", p.silent_for.count()},
          {"failures", p.failures}};
}

} // namespace

asio::awaitable<http_response> admin_api::list_peers(call) {
  const auto gossip = runtime::find<peers_actor>(system_, role::peers);
  const get_peer_table all;
  const auto table = co_await runtime::ask<peer_table>(system_, gossip, 5s, all);
  if (!table)
    co_return error_answer(table.error());
  json_array peers;
  for (const auto& p : table->peers)
    peers.emplace_back(peer_json(p));
  co_return json_answer(200, json_object{{"peers", std::move(peers)},
                                         {"waiting", table->waiting},
                                         {"refused", table->refused},
                                         {"asking", table->asking}});
}

/// A bootstrap peer from now on, across restarts.
asio::awaitable<http_response> admin_api::put_peer(call c) {
  body_reader body{c.req.body};
  add_peer request;
  body.text_member("uri", request.uri);
  if (auto refused = std::move(body).refusal())
    co_return std::move(*refused);
  const auto gossip = runtime::find<peers_actor>(system_, role::peers);
  const auto added = co_await runtime::ask<peer_view>(system_, gossip, 5s, std::move(request));
  co_return added ? json_answer(200, peer_json(*added)) : error_answer(added.error());
}

asio::awaitable<http_response> admin_api::drop_peer(call c) {
  const auto* uri = c.req.find_query("uri");
  if (uri == nullptr || uri->empty())
    co_return error_answer({errc::invalid, "say which peer: DELETE /peers?uri=https://…"});
  const auto gossip = runtime::find<peers_actor>(system_, role::peers);
  remove_peer request{*uri};
  const auto gone = co_await runtime::ask<peer_view>(system_, gossip, 5s, std::move(request));
  co_return gone ? json_answer(200, peer_json(*gone)) : error_answer(gone.error());
}

} // namespace codius::actors
