#include "actors/admin/admin_api.hpp"
#include "actors/http_ingress/answers.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

#include <algorithm>

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json;
using runtime::json_array;
using runtime::json_object;

json_object admin_api::pod_json(const pod_record& r) const {
  const auto& spec = r.offer->spec;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(r.expires_at - world_.utc_now());
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

asio::awaitable<http_response> admin_api::list_pods(call) {
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_records all;
  auto records = co_await runtime::ask<record_list>(system_, keeper, 10s, all);
  if (!records)
    co_return error_answer(records.error());
  std::sort(records->all.begin(), records->all.end(),
            [](const auto& a, const auto& b) { return a.expires_at < b.expires_at; });
  json_array pods;
  for (const auto& r : records->all)
    pods.emplace_back(pod_json(r));
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
  json_array containers;
  for (const auto& each : record->offer->spec.containers)
    containers.emplace_back(json_object{{"id", each.id}, {"image", each.image}});
  out.set("containers", std::move(containers));
  if (auto manifest = runtime::parse_json(record->offer->manifest))
    out.set("manifest", std::move(*manifest)); // private values are not part of it
  co_return json_answer(200, std::move(out));
}

} // namespace codius::actors
