#include "actors/admin/scrape.hpp"

#include "runtime/base/version.hpp"

namespace codius::actors {

namespace {

constexpr pod_phase all_phases[] = {pod_phase::starting, pod_phase::running, pod_phase::restarting,
                                    pod_phase::expiring};
constexpr peer_state all_peer_states[] = {peer_state::untried, peer_state::healthy,
                                          peer_state::failing};

double number(uint64_t n) { return static_cast<double>(n); }

} // namespace

void scrape::gauge(std::string_view name, std::string_view help, double value,
                   runtime::metrics::labels labels) {
  series_.gauge(name, help, labels).set(value);
}

void scrape::counter(std::string_view name, std::string_view help, double total,
                     runtime::metrics::labels labels) {
  std::string key{name};
  for (const auto& [label, value] : labels)
    key.append("\n").append(label).append("\n").append(value);
  auto& before = counted_[key];
  series_.counter(name, help, labels).add(total >= before ? total - before : total);
  before = total;
}

void scrape::of_pods(const scraped& now) {
  if (now.pods)
    for (const auto phase : all_phases) {
      const auto n = std::count_if(now.pods->all.begin(), now.pods->all.end(),
                                   [&](const auto& p) { return p.phase == phase; });
      gauge("codius_pods", "Pods that are paid for, by phase.", static_cast<double>(n),
            {{"phase", to_string(phase)}});
    }
  if (!now.room)
    return;
  gauge("codius_memory_bytes", "Memory of the machine.", number(now.room->total_bytes));
  gauge("codius_memory_sellable_bytes", "Memory that pods may have.",
        number(now.room->sellable_bytes));
  gauge("codius_memory_used_bytes", "Memory that pods and reservations have.",
        number(now.room->used_bytes));
}

void scrape::of_money(const scraped& now) {
  if (now.ledger)
    gauge("codius_ledger_up", "Whether payments can be taken.", now.ledger->up);
  if (!now.totals)
    return;
  for (const auto& line : now.totals->assets) {
    const auto scale = std::to_string(line.unit.scale);
    const runtime::metrics::labels unit{{"asset", line.unit.code}, {"scale", scale}};
    counter("codius_received_units_total", "Smallest units of an asset that ever arrived.",
            number(line.received), unit);
    // A counter only grows: what went back is counted for itself.
    counter("codius_earned_units_total", "… of them earned by pods that were delivered.",
            number(line.earned) + number(line.refunded), unit);
    counter("codius_refunded_units_total", "… of those, went back for pods that were evicted.",
            number(line.refunded), unit);
    gauge("codius_owed_units", "… of them paid for pods that are not delivered yet.",
          number(line.owed), unit);
    gauge("codius_credit_units", "… of them held for pay tokens.", number(line.credit), unit);
  }
}

void scrape::of_http(const scraped& now) {
  gauge("codius_http_connections", "Open connections to the public server.",
        number(now.http_connections));
  if (now.http != nullptr) {
    const auto& c = *now.http;
    counter("codius_http_accepted_total", "Connections that were accepted.", number(c.accepted));
    counter("codius_http_turned_away_total", "Connections over a limit.", number(c.turned_away));
    counter("codius_http_api_requests_total", "Requests to the API.", number(c.api_requests));
    counter("codius_http_pod_requests_total", "Requests to pods.", number(c.pod_requests));
    counter("codius_http_refused_total", "Requests that broke a rule or limit of HTTP.",
            number(c.refused));
    counter("codius_http_faults_total", "Faults of this host while it answered.",
            number(c.handler_faults));
    gauge("codius_http_streams", "Streamed answers under way.", number(c.streams_open));
  }
  if (now.proxied == nullptr)
    return;
  const auto& p = *now.proxied;
  counter("codius_proxy_forwarded_total", "Answers of pods that were passed on.",
          number(p.forwarded));
  counter("codius_proxy_failed_total", "Requests to pods that this host answered with an error.",
          number(p.failed));
  counter("codius_proxy_connects_total", "Connections made to pods.", number(p.connects));
  counter("codius_proxy_reused_total", "Requests sent on a kept connection.", number(p.reused));
  gauge("codius_proxy_tunnels", "WebSockets to pods.", number(p.tunnels_open));
}

void scrape::of_actors(const runtime::tree_node& node) {
  counter("codius_actor_restarts_total", "Restarts by the supervision.", node.restarts,
          {{"actor", node.id}});
  gauge("codius_actor_up", "Whether it runs.", node.state == "running", {{"actor", node.id}});
  if (node.waiting)
    gauge("codius_actor_mailbox", "Messages that wait for it.", number(*node.waiting),
          {{"actor", node.id}});
  for (const auto& child : node.children)
    of_actors(child);
}

std::string scrape::render(const scraped& now) {
  const std::lock_guard lock{guard_};
  gauge("codius_build_info", "The version, as a label.", 1, {{"version", runtime::version}});
  gauge("codius_uptime_seconds", "Since this process began.", now.uptime_seconds);
  gauge("codius_draining", "Whether new pods are refused.", now.draining);
  of_pods(now);
  of_money(now);
  of_http(now);
  if (now.peers) {
    for (const auto state : all_peer_states) {
      const auto n = std::count_if(now.peers->peers.begin(), now.peers->peers.end(),
                                   [&](const auto& p) { return p.state == state; });
      gauge("codius_peers", "Other hosts that are known, by state.", static_cast<double>(n),
            {{"state", to_string(state)}});
    }
  }
  if (now.self_test)
    gauge("codius_self_test_passed", "Whether the latest self-test passed.",
          now.self_test->phase == self_test_phase::passed);
  if (now.tree)
    for (const auto& child : now.tree->children)
      of_actors(child);
  return series_.render();
}

} // namespace codius::actors
