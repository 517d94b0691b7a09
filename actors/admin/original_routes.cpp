// What the admin API of the original has; see the handbook, host API, section 15.
#include "actors/admin/admin_api.hpp"
#include "actors/admin/sums.hpp"
#include "actors/http_ingress/answers.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

#include <cmath>

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

/// In MiB, as the original counts memory.
uint64_t mebibytes(uint64_t octets) { return octets >> 20; }

std::chrono::seconds bought(const pod_record& r) {
  return std::chrono::duration_cast<std::chrono::seconds>(r.expires_at - r.started_at);
}

http_response payload_refused(const char* message = "Invalid request payload") {
  return error_answer({errc::invalid, message});
}

} // namespace

asio::awaitable<http_response> admin_api::hello(call) {
  co_return json_answer(
    200, json_object{{"test", "This shows that you are running the Codiusd Admin API."}});
}

asio::awaitable<http_response> admin_api::get_pods(call) {
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_records all;
  const auto records = co_await runtime::ask<record_list>(system_, keeper, 10s, all);
  if (!records)
    co_return error_answer(records.error());
  json_array running;
  for (const auto& r : records->all)
    if (r.phase != pod_phase::expiring)
      running.emplace_back(r.offer->spec.id.text);
  co_return json_answer(200, json_object{{"running", std::move(running)}});
}

asio::awaitable<http_response> admin_api::get_pod_info(call c) {
  const auto* id = c.req.find_query("id");
  if (id == nullptr || id->empty())
    co_return error_answer({errc::invalid, "missing manifestHash"});
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  get_record query{{*id}};
  const auto record = co_await runtime::ask<pod_record>(system_, keeper, 10s, std::move(query));
  if (!record && record.error().code == errc::unknown_pod)
    co_return error_answer({errc::unknown_pod, "no pod found with id. id=" + *id});
  if (!record)
    co_return error_answer(record.error());
  json_object body{{"id", *id},
                   {"running", record->phase != pod_phase::expiring},
                   {"start", iso_time(record->started_at)},
                   {"expiry", iso_time(record->expires_at)},
                   {"memory", mebibytes(record->offer->spec.machine.memory_bytes)},
                   {"totalUptime", bought(*record).count()}};
  if (record->offer->spec.port != 0)
    body.set("port", record->offer->spec.port);
  if (const auto way = settings_.routes->find(*id); way && !way->address.ip.empty())
    body.set("ip", way->address.ip);
  co_return json_answer(200, std::move(body));
}

asio::awaitable<http_response> admin_api::get_all_uptime(call) {
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_records all;
  const auto records = co_await runtime::ask<record_list>(system_, keeper, 10s, all);
  if (!records)
    co_return error_answer(records.error());
  const get_totals money;
  const auto totals = co_await runtime::ask<ledger_totals>(system_, keeper, 10s, money);
  if (!totals)
    co_return error_answer(totals.error());
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  const auto ledger = co_await runtime::ask<ledger_link>(system_, ilp, 5s, which);

  std::chrono::seconds uptime{0};
  for (const auto& r : records->all)
    uptime += bought(r);
  sums earned;
  if (ledger)
    earned.add(ledger->unit, 0); // the present asset always shows
  for (const auto& line : totals->assets)
    earned.add(line.unit, line.earned);
  json_object earnings;
  for (const auto& [code, amount] : earned.by_code())
    earnings.set(code, amount);
  co_return json_answer(200, json_object{{"aggregate_pod_uptime", std::to_string(uptime.count())},
                                         {"aggregate_earnings", std::move(earnings)}});
}

/// As there, a number may come as text and nothing needs to change; otherwise than there 0 counts,
/// and more digits than a price can have are refused (D-40).
asio::awaitable<http_response> admin_api::set_config(call c) {
  if (c.req.body.empty())
    co_return payload_refused();
  const auto body = runtime::parse_json(c.req.body);
  if (!body)
    co_return error_answer({errc::malformed, "Invalid request payload JSON format"});
  const auto* members = body->object();
  if (members == nullptr || members->size() > 1)
    co_return payload_refused();
  if (!members->empty()) {
    const auto* value = members->find("hostCostPerMonth");
    const auto* number = value ? value->number() : nullptr;
    const auto* text = value ? value->text() : nullptr;
    if ((number == nullptr || !std::isfinite(*number)) && text == nullptr)
      co_return payload_refused();
    const auto cost = parse_decimal(number ? runtime::number_text(*number) : *text);
    if (!cost)
      co_return payload_refused();
    const std::function<status(runtime::host_terms&)> how = [&](runtime::host_terms& next) {
      next.cost_per_month = *cost;
      return ok();
    };
    const std::string by{"POST /config"};
    const auto done = co_await settings_.desk->change(how, by);
    if (!done)
      co_return error_answer(done.error());
  }
  http_response out;
  out.status = 204;
  out.fields.set("cache-control", "no-cache");
  co_return out;
}

} // namespace codius::actors
