#pragma once
#include "messages/interfaces.hpp"
#include "net/http/server.hpp"
#include "net/proxy/settings.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/metrics.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace codius::actors {

/// All that a scrape tells; a part that did not answer is empty, and its series keep their values.
struct scraped {
  double uptime_seconds = 0;
  std::optional<capacity> room;
  std::optional<ledger_link> ledger;
  std::optional<ledger_totals> totals;
  std::optional<record_list> pods;
  std::optional<peer_table> peers;
  std::optional<self_test_report> self_test;
  std::optional<runtime::tree_node> tree;
  bool draining = false;
  const net::server_counters* http = nullptr;
  size_t http_connections = 0;
  const net::proxy_counters* proxied = nullptr;
};

/// Keeps the host's Prometheus series. Labels are the host's own words, assets and actors; never a
/// pod, a token or a client. Any thread.
class scrape {
public:
  /// Brings all series to what was seen, and writes them in the text format 0.0.4.
  std::string render(const scraped& now);

private:
  void gauge(std::string_view name, std::string_view help, double value,
             runtime::metrics::labels labels = {});
  /// `total` is what was counted so far. After a restart of whoever counts, it begins anew.
  void counter(std::string_view name, std::string_view help, double total,
               runtime::metrics::labels labels = {});
  void of_pods(const scraped& now);
  void of_money(const scraped& now);
  void of_http(const scraped& now);
  void of_actors(const runtime::tree_node& node);

  std::mutex guard_;
  runtime::metrics series_;
  std::map<std::string, double> counted_;
};

} // namespace codius::actors
