#pragma once
#include "actors/admin/settings_desk.hpp"
#include "messages/env.hpp"
#include "messages/interfaces.hpp"
#include "net/asio.hpp"
#include "net/http/message.hpp"
#include "net/http/server.hpp"
#include "net/proxy/route_table.hpp"
#include "net/proxy/settings.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/terms_board.hpp"
#include "runtime/pods/pod_runtime.hpp"
#include "runtime/store/event_bell.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace codius::actors {

class reloader;

/// What the public server counts; it may be replaced while the host runs.
class edge_view {
public:
  void show(std::weak_ptr<const net::http_server> server);
  /// Null while there is none. Any thread.
  std::shared_ptr<const net::http_server> server() const;

private:
  mutable std::mutex guard_;
  std::weak_ptr<const net::http_server> server_;
};

struct admin_settings {
  std::string public_uri;
  std::shared_ptr<runtime::terms_board> board;
  std::shared_ptr<const net::route_table> routes;
  std::shared_ptr<const net::proxy_counters> proxied;
  std::shared_ptr<const edge_view> edge;
  std::shared_ptr<runtime::event_bell> bell;
  std::shared_ptr<settings_desk> desk; ///< changes of `board` go through it
  std::shared_ptr<reloader> reload;
  std::shared_ptr<runtime::pod_runtime> pods; ///< asked what they use …
  asio::any_io_executor disk;                 ///< … where that may block
};

class scrape;

/// The operator's HTTP API: what the original's has (handbook: host API, section 15), and more. It
/// has no passwords: whoever can open the socket may do all. Requests that a web page may have
/// sent are refused, for those who open it at a port. One object serves all threads.
class admin_api {
public:
  admin_api(caf::actor_system& system, env world, admin_settings settings);
  ~admin_api();

  asio::awaitable<net::http_response> answer(net::http_request req);

  struct call {
    net::http_request req;
    std::string rest; ///< what the path has after the route's own
  };
  using handler = asio::awaitable<net::http_response> (admin_api::*)(call);
  struct route {
    std::string_view method;
    std::string_view path; ///< one that ends with a slash takes one more segment
    handler run;
  };
  static std::span<const route> routes();

private:
  asio::awaitable<net::http_response> dispatch(net::http_request req);

  // original_routes.cpp
  asio::awaitable<net::http_response> hello(call c);
  asio::awaitable<net::http_response> get_pods(call c);
  asio::awaitable<net::http_response> get_pod_info(call c);
  asio::awaitable<net::http_response> get_all_uptime(call c);
  asio::awaitable<net::http_response> set_config(call c);
  // health_routes.cpp
  asio::awaitable<net::http_response> healthz(call c);
  asio::awaitable<net::http_response> readyz(call c);
  asio::awaitable<net::http_response> metrics(call c);
  // host_routes.cpp
  asio::awaitable<net::http_response> show_status(call c);
  asio::awaitable<net::http_response> show_earnings(call c);
  asio::awaitable<net::http_response> show_tree(call c);
  asio::awaitable<net::http_response> show_terms(call c);
  asio::awaitable<net::http_response> change_terms(call c);
  asio::awaitable<net::http_response> show_self_test(call c);
  asio::awaitable<net::http_response> begin_self_test(call c);
  // reload_route.cpp, events_routes.cpp
  asio::awaitable<net::http_response> reload_settings(call c);
  asio::awaitable<net::http_response> list_events(call c);
  net::http_response follow_events(get_events query);
  // pods_routes.cpp, peers_routes.cpp
  asio::awaitable<net::http_response> list_pods(call c);
  asio::awaitable<net::http_response> show_pod(call c);
  asio::awaitable<net::http_response> drop_pod(call c);
  asio::awaitable<net::http_response> list_peers(call c);
  asio::awaitable<net::http_response> put_peer(call c);
  asio::awaitable<net::http_response> drop_peer(call c);

  runtime::json_object pod_json(const pod_record& record) const;
  /// Of each of these pods, in their order: null where it is not known.
  asio::awaitable<std::vector<runtime::json>> usage_of(std::vector<pod_id> which);
  runtime::json_object terms_json(const runtime::host_terms& terms) const;

  caf::actor_system& system_;
  env world_;
  admin_settings settings_;
  utc_time started_at_;
  std::unique_ptr<scrape> scrape_;
};

} // namespace codius::actors
