#include "actors/admin/admin_api.hpp"
#include "actors/http_ingress/answers.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/on_pool.hpp"

#include <algorithm>

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

// It ends up in the event log and in the log.
constexpr size_t longest_reason = 200;

json usage_json(const result<runtime::pod_usage>& used) {
  if (!used) // it does not run, or nobody counts
    return {};
  const std::chrono::duration<double> cpu = used->cpu_time;
  return json_object{
    {"memoryBytes", used->memory_bytes}, {"cpuSeconds", cpu.count()}, {"tasks", used->tasks}};
}

/// Nothing while the ledger does not tell.
void add_money(json_object& pod, const pod_money::sums* sums) {
  if (sums == nullptr)
    return;
  json_array paid;
  for (const auto& line : sums->paid)
    paid.emplace_back(json_object{{"amount", std::to_string(line.amount)},
                                  {"assetCode", line.unit.code},
                                  {"assetScale", line.unit.scale}});
  pod.set("paid", std::move(paid));
  pod.set("purchases", static_cast<double>(sums->purchases));
}

json_array latest_json(const pod_money::sums& sums) {
  json_array out;
  for (const auto& p : sums.latest)
    out.emplace_back(json_object{{"id", static_cast<double>(p.id)},
                                 {"kind", p.kind == sale_kind::upload ? "upload" : "extension"},
                                 {"state", to_string(p.state)},
                                 {"seconds", p.duration.count()},
                                 {"price", std::to_string(p.price)},
                                 {"until", iso_time(p.expires_at)}});
  return out;
}

} // namespace

json_object admin_api::pod_json(const pod_record& r) const {
  const auto& spec = r.offer->spec;
  const auto left
    = std::chrono::duration_cast<std::chrono::seconds>(r.expires_at - world_.utc_now());
  json_object out{{"hash", spec.id.text},
                  {"phase", to_string(r.phase)},
                  {"startedAt", iso_time(r.started_at)},
                  {"expiresAt", iso_time(r.expires_at)},
                  {"secondsLeft", std::max<int64_t>(left.count(), 0)},
                  {"memoryBytes", spec.machine.memory_bytes},
                  {"containers", spec.containers.size()},
                  {"port", spec.port != 0 ? json{spec.port} : json{}}};
  const auto way = settings_.routes->find(spec.id.text);
  out.set("ip", way && !way->address.ip.empty() ? json{way->address.ip} : json{});
  out.set("connections", way ? way->connections.load() : 0);
  return out;
}

asio::awaitable<std::vector<json>> admin_api::usage_of(std::vector<pod_id> which) {
  const auto count = which.size();
  std::function<result<std::vector<json>>()> look
    = [pods = settings_.pods, which = std::move(which)]() -> result<std::vector<json>> {
    std::vector<json> out;
    for (const auto& id : which)
      out.push_back(usage_json(pods->usage(id)));
    return out;
  };
  auto seen = co_await runtime::on_pool(settings_.disk, std::move(look));
  co_return seen ? std::move(*seen) : std::vector<json>(count);
}

asio::awaitable<http_response> admin_api::list_pods(call) {
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_records all;
  auto records = co_await runtime::ask<record_list>(system_, keeper, 10s, all);
  if (!records)
    co_return error_answer(records.error());
  std::sort(records->all.begin(), records->all.end(),
            [](const auto& a, const auto& b) { return a.expires_at < b.expires_at; });
  std::vector<pod_id> ids;
  for (const auto& r : records->all)
    ids.push_back(r.offer->spec.id);
  get_pod_money query{ids};
  const auto money = co_await runtime::ask<pod_money>(system_, keeper, 10s, std::move(query));
  auto used = co_await usage_of(std::move(ids));
  json_array pods;
  for (size_t i = 0; i < records->all.size(); ++i) {
    auto line = pod_json(records->all[i]);
    line.set("usage", std::move(used[i]));
    add_money(line, money ? &money->of.at(i) : nullptr);
    pods.emplace_back(std::move(line));
  }
  co_return json_answer(200, json_object{{"pods", std::move(pods)}});
}

asio::awaitable<http_response> admin_api::show_pod(call c) {
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  get_record query{{c.rest}};
  const auto record = co_await runtime::ask<pod_record>(system_, keeper, 10s, std::move(query));
  if (!record && record.error().code == errc::unknown_pod)
    co_return error_answer({errc::unknown_pod, "no pod found with id. id=" + c.rest});
  if (!record)
    co_return error_answer(record.error());
  auto out = pod_json(*record);
  std::vector<pod_id> only{record->offer->spec.id};
  get_pod_money money_query{only};
  const auto money = co_await runtime::ask<pod_money>(system_, keeper, 10s, std::move(money_query));
  if (money) {
    add_money(out, &money->of.front());
    out.set("latestPurchases", latest_json(money->of.front()));
  }
  auto used = co_await usage_of(std::move(only));
  out.set("usage", std::move(used.front()));
  json_array containers;
  for (const auto& each : record->offer->spec.containers)
    containers.emplace_back(json_object{{"id", each.id}, {"image", each.image}});
  out.set("containers", std::move(containers));
  if (auto manifest = runtime::parse_json(record->offer->manifest))
    out.set("manifest", std::move(*manifest)); // private values are not part of it
  co_return json_answer(200, std::move(out));
}

/// Ends a pod now; what is left of its paid time goes back to its buyers.
asio::awaitable<http_response> admin_api::drop_pod(call c) {
  evict_pod request{{c.rest}, {}};
  if (const auto* reason = c.req.find_query("reason"))
    request.reason = *reason;
  if (request.reason.size() > longest_reason)
    co_return error_answer({errc::invalid, "the reason may have 200 octets at the most"});
  const auto pods = runtime::find<lifecycle_actor>(system_, role::pods);
  const auto done = co_await runtime::ask<pod_evicted>(system_, pods, 15s, std::move(request));
  if (!done && done.error().code == errc::unknown_pod)
    co_return error_answer({errc::unknown_pod, "no pod found with id. id=" + c.rest});
  if (!done)
    co_return error_answer(done.error());
  json_array credited;
  for (const auto& line : done->credited)
    credited.emplace_back(json_object{{"assetCode", line.unit.code},
                                      {"assetScale", line.unit.scale},
                                      {"amount", std::to_string(line.amount)}});
  co_return json_answer(200, json_object{{"hash", done->id.text},
                                         {"purchases", done->purchases},
                                         {"credited", std::move(credited)}});
}

} // namespace codius::actors
