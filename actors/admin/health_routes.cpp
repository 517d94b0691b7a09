#include "actors/admin/admin_api.hpp"
#include "actors/admin/scrape.hpp"
#include "actors/http_ingress/answers.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

namespace {

template <class T>
std::optional<T> kept(result<T> r) {
  return r ? std::optional<T>{std::move(*r)} : std::nullopt;
}

/// What a host must have to sell: a line each, ready or with the reason.
class readiness {
public:
  void check(const char* what, bool fine, const std::string& why) {
    parts_.emplace_back(json_object{{"part", what}, {"ready", fine}, {"why", fine ? "" : why}});
    all_ = all_ && fine;
  }
  http_response answer() && {
    return json_answer(all_ ? 200 : 503, json_object{{"ready", all_}, {"parts", std::move(parts_)}});
  }

private:
  json_array parts_;
  bool all_ = true;
};

} // namespace

/// The process answers, that is all.
asio::awaitable<http_response> admin_api::healthz(call) {
  co_return json_answer(200, json_object{{"alive", true}});
}

asio::awaitable<http_response> admin_api::readyz(call) {
  readiness out;
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_totals money;
  const auto totals = co_await runtime::ask<ledger_totals>(system_, keeper, 2s, money);
  out.check("store", static_cast<bool>(totals), totals ? "" : totals.error().detail);
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const get_capacity how_full;
  const auto room = co_await runtime::ask<capacity>(system_, pods, 2s, how_full);
  out.check("pods", static_cast<bool>(room), room ? "" : room.error().detail);
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  const auto ledger = co_await runtime::ask<ledger_link>(system_, ilp, 2s, which);
  out.check("payments", ledger && ledger->up, ledger ? ledger->why : ledger.error().detail);
  const auto trial = runtime::find<self_test_actor>(system_, role::self_test);
  const get_self_test how;
  const auto test = co_await runtime::ask<self_test_report>(system_, trial, 2s, how);
  const bool passed = test && (test->phase == self_test_phase::off || test->passed_at);
  out.check("self-test", passed,
            test ? (test->why.empty() ? "it has not passed yet" : test->why) : test.error().detail);
  out.check("public server", settings_.edge->server() != nullptr, "it is being restarted");
  out.check("sales", !settings_.board->current()->draining, "the host is drained");
  co_return std::move(out).answer();
}

asio::awaitable<http_response> admin_api::metrics(call) {
  scraped now;
  const std::chrono::duration<double> up = world_.utc_now() - started_at_;
  now.uptime_seconds = up.count();
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const get_capacity how_full;
  now.room = kept(co_await runtime::ask<capacity>(system_, pods, 2s, how_full));
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  now.ledger = kept(co_await runtime::ask<ledger_link>(system_, ilp, 2s, which));
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_totals money;
  now.totals = kept(co_await runtime::ask<ledger_totals>(system_, keeper, 5s, money));
  const get_records records;
  now.pods = kept(co_await runtime::ask<record_list>(system_, keeper, 5s, records));
  const auto gossip = runtime::find<peers_actor>(system_, role::peers);
  const get_peer_table table;
  now.peers = kept(co_await runtime::ask<peer_table>(system_, gossip, 2s, table));
  const auto trial = runtime::find<self_test_actor>(system_, role::self_test);
  const get_self_test how;
  now.self_test = kept(co_await runtime::ask<self_test_report>(system_, trial, 2s, how));
  const auto root = runtime::find<caf::actor>(system_, role::root);
  const runtime::describe_tree whole;
  now.tree = kept(co_await runtime::ask<runtime::tree_node>(system_, root, 5s, whole));
  now.draining = settings_.board->current()->draining;
  const auto server = settings_.edge->server();
  if (server) {
    now.http = &server->counters();
    now.http_connections = server->connections();
  }
  now.proxied = settings_.proxied.get();
  http_response out;
  out.fields.set("content-type", "text/plain; version=0.0.4; charset=utf-8");
  out.fields.set("cache-control", "no-cache");
  out.body = scrape_->render(now);
  co_return out;
}

} // namespace codius::actors
