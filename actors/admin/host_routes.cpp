#include "actors/admin/admin_api.hpp"
#include "actors/admin/body.hpp"
#include "actors/http_ingress/answers.hpp"
#include "messages/error_catalogue.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/version.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

std::string_view hint_for(std::string_view fault) {
  const auto* known = find_payment_fault(fault);
  return known ? known->hint : std::string_view{};
}

json when(const std::optional<utc_time>& t) { return t ? json{iso_time(*t)} : json{}; }

json_object report_json(const self_test_report& r) {
  json_array steps;
  for (const auto& line : r.lines)
    steps.emplace_back(json_object{{"step", to_string(line.step)},
                                   {"phase", to_string(line.phase)},
                                   {"tries", line.tries},
                                   {"milliseconds", line.took.count()},
                                   {"said", line.said}});
  return {{"phase", to_string(r.phase)},
          {"why", r.why},
          {"runs", r.runs},
          {"passedAt", when(r.passed_at)},
          {"nextRun", when(r.next_run)},
          {"pod", r.pod.text},
          {"price", std::to_string(r.price)},
          {"assetCode", r.unit.code},
          {"assetScale", r.unit.scale},
          {"steps", std::move(steps)}};
}

json_object tree_json(const runtime::tree_node& node) {
  json_array children;
  for (const auto& child : node.children)
    children.emplace_back(tree_json(child));
  return {{"id", node.id},
          {"state", node.state},
          {"restarts", node.restarts},
          {"waiting", node.waiting ? json{*node.waiting} : json{}},
          {"children", std::move(children)}};
}

std::string seconds_text(std::chrono::seconds s) { return std::to_string(s.count()); }

} // namespace

json_object admin_api::terms_json(const runtime::host_terms& t) const {
  return {{"costPerMonth", to_string(t.cost_per_month)},
          {"minDuration", t.least_duration.count()},
          {"maxDuration", t.most_duration.count()},
          {"additionalHostInfo", t.additional_info},
          {"maxMemoryFraction", t.max_memory_fraction},
          {"knownPeers", t.known_peers},
          {"draining", t.draining}};
}

asio::awaitable<http_response> admin_api::show_status(call) {
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const get_capacity how_full;
  const auto room = co_await runtime::ask<capacity>(system_, pods, 5s, how_full);
  if (!room)
    co_return error_answer(room.error());
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  const auto ledger = co_await runtime::ask<ledger_link>(system_, ilp, 5s, which);
  if (!ledger)
    co_return error_answer(ledger.error());
  const auto gossip = runtime::find<peers_actor>(system_, role::peers);
  const get_peers none{0};
  const auto peers = co_await runtime::ask<peer_list>(system_, gossip, 2s, none);
  const auto trial = runtime::find<self_test_actor>(system_, role::self_test);
  const get_self_test how;
  const auto test = co_await runtime::ask<self_test_report>(system_, trial, 2s, how);
  json_object tested{{"phase", "unknown"}, {"why", ""}};
  if (test)
    tested = report_json(*test);
  json known_peers;
  if (peers)
    known_peers = peers->known;
  const auto server = settings_.edge->server();
  const std::chrono::duration<double> up = world_.utc_now() - started_at_;
  json_object body{{"version", runtime::version},
                   {"uri", settings_.public_uri},
                   {"uptimeSeconds", up.count()},
                   {"terms", terms_json(*settings_.board->current())},
                   {"ledger", json_object{{"up", ledger->up},
                                          {"address", ledger->address},
                                          {"assetCode", ledger->unit.code},
                                          {"assetScale", ledger->unit.scale},
                                          {"why", ledger->why},
                                          {"fault", ledger->fault},
                                          {"hint", hint_for(ledger->fault)}}},
                   {"memory", json_object{{"machineBytes", room->total_bytes},
                                          {"sellableBytes", room->sellable_bytes},
                                          {"usedBytes", room->used_bytes},
                                          {"podBytes", room->pod_bytes}}},
                   {"runningPods", room->running},
                   {"peers", std::move(known_peers)},
                   {"connections", server ? server->connections() : 0},
                   {"selfTest", std::move(tested)}};
  co_return json_answer(200, std::move(body));
}

/// Exact: amounts are smallest units, as text.
asio::awaitable<http_response> admin_api::show_earnings(call) {
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_totals money;
  const auto totals = co_await runtime::ask<ledger_totals>(system_, keeper, 10s, money);
  if (!totals)
    co_return error_answer(totals.error());
  json_array assets;
  for (const auto& line : totals->assets)
    assets.emplace_back(json_object{{"assetCode", line.unit.code},
                                    {"assetScale", line.unit.scale},
                                    {"received", std::to_string(line.received)},
                                    {"earned", std::to_string(line.earned)},
                                    {"owed", std::to_string(line.owed)},
                                    {"credit", std::to_string(line.credit)},
                                    {"refunded", std::to_string(line.refunded)}});
  co_return json_answer(200, json_object{{"assets", std::move(assets)}});
}

asio::awaitable<http_response> admin_api::show_tree(call) {
  const auto root = runtime::find<caf::actor>(system_, role::root);
  const runtime::describe_tree whole;
  const auto tree = co_await runtime::ask<runtime::tree_node>(system_, root, 5s, whole);
  co_return tree ? json_answer(200, tree_json(*tree)) : error_answer(tree.error());
}

asio::awaitable<http_response> admin_api::show_terms(call) {
  co_return json_answer(200, terms_json(*settings_.board->current()));
}

/// All or nothing: one wrong member changes nothing. In force until the host is started again.
asio::awaitable<http_response> admin_api::change_terms(call c) {
  std::optional<http_response> refused;
  const std::function<status(runtime::host_terms&)> how = [&](runtime::host_terms& next) -> status {
    body_reader body{c.req.body};
    body.decimal_member("costPerMonth", next.cost_per_month);
    body.seconds_member("minDuration", next.least_duration);
    body.seconds_member("maxDuration", next.most_duration);
    body.bool_member("additionalHostInfo", next.additional_info);
    body.fraction_member("maxMemoryFraction", next.max_memory_fraction);
    body.count_member("knownPeers", next.known_peers, 10, 9000);
    body.bool_member("draining", next.draining);
    if (next.least_duration > next.most_duration)
      body.wrong("/minDuration",
                 "must not be above maxDuration, " + seconds_text(next.most_duration));
    refused = std::move(body).refusal();
    return refused ? status{error{errc::invalid, {}}} : ok();
  };
  const std::string by{"PATCH /terms"};
  const auto done = co_await settings_.desk->change(how, by);
  if (refused)
    co_return std::move(*refused);
  if (!done)
    co_return error_answer(done.error());
  co_return json_answer(
    200, json_object{{"before", terms_json(done->before)}, {"now", terms_json(done->now)}});
}

asio::awaitable<http_response> admin_api::show_self_test(call) {
  const auto trial = runtime::find<self_test_actor>(system_, role::self_test);
  const get_self_test how;
  const auto report = co_await runtime::ask<self_test_report>(system_, trial, 5s, how);
  co_return report ? json_answer(200, report_json(*report)) : error_answer(report.error());
}

/// 202: the run is under way, `GET /self-test` tells its end.
asio::awaitable<http_response> admin_api::begin_self_test(call) {
  const auto trial = runtime::find<self_test_actor>(system_, role::self_test);
  const run_self_test now;
  const auto report = co_await runtime::ask<self_test_report>(system_, trial, 5s, now);
  co_return report ? json_answer(202, report_json(*report)) : error_answer(report.error());
}

} // namespace codius::actors
