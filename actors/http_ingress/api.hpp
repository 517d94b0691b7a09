#pragma once
#include "actors/http_ingress/host_view.hpp"
#include "actors/http_ingress/info_text.hpp"
#include "actors/keeper/upload_watch.hpp"
#include "actors/purchase/purchase.hpp"
#include "messages/env.hpp"
#include "messages/roles.hpp"
#include "messages/upload.hpp"
#include "net/asio.hpp"
#include "net/http/message.hpp"
#include "net/http/uri.hpp"
#include "runtime/base/terms_board.hpp"

#include <caf/actor_system.hpp>

#include <atomic>
#include <optional>
#include <span>

namespace codius::actors {

struct api_settings {
  /// Where bodies that take long to read are read, so that no other request waits for them.
  asio::any_io_executor slow_lane;
  std::string public_uri_text; ///< as configured: peers compare it with the string they know
  net::http_uri public_uri;
  sale_terms terms;
  /// Says why a gated route is closed just now; empty: it never is. Any thread.
  std::function<std::optional<net::http_response>(const net::http_request&)> gate;
  std::function<bool()> self_test_success; ///< for /info; empty: false. Any thread.
  asio::any_io_executor disk;              ///< where reading logs may block
  std::shared_ptr<upload_watch> uploads = std::make_shared<upload_watch>(); ///< the keeper's
};

/// One request on its way through a route.
struct api_call {
  net::http_request req;
  std::string id;                    ///< of the request, for answer and log
  std::vector<std::string> segments; ///< what the path has in place of each "{}"
};

struct api_route;

/// The public HTTP API (handbook: host API, sections 3 to 5). Keeps no handle of an actor: finds it
/// by role for each request. One object serves all threads.
class api {
public:
  api(caf::actor_system& system, env world, api_settings settings);

  /// The answer to a request that many ask and that waits for nothing, or nothing: ask `answer`.
  std::optional<net::http_response> answer_at_once(const net::http_request& req);
  /// Answers any request that is not for a pod.
  asio::awaitable<net::http_response> answer(net::http_request req);

  /// See routes.hpp.
  static std::span<const api_route> routes();

private:
  class ending;
  asio::awaitable<net::http_response> route(api_call call);
  std::shared_ptr<const std::string> info_at_once(const net::http_request& req);
  asio::awaitable<net::http_response> route_or_fault(api_call call);
  asio::awaitable<std::optional<net::http_response>> unpack(net::http_request& req);

  asio::awaitable<net::http_response> home(api_call call);
  asio::awaitable<net::http_response> version(api_call call);
  asio::awaitable<net::http_response> info(api_call call);
  asio::awaitable<net::http_response> memory(api_call call);

  asio::awaitable<net::http_response> list_errors(api_call call);
  asio::awaitable<net::http_response> show_error(api_call call);
  asio::awaitable<net::http_response> describe(api_call call);

  asio::awaitable<net::http_response> list_peers(api_call call);
  asio::awaitable<net::http_response> meet_peer(api_call call);

  asio::awaitable<net::http_response> quote_pod(api_call call);
  asio::awaitable<net::http_response> upload_pod(api_call call);
  asio::awaitable<net::http_response> extend_pod(api_call call);
  asio::awaitable<net::http_response> show_pod(api_call call);
  asio::awaitable<net::http_response> show_logs(api_call call);
  asio::awaitable<net::http_response> show_credits(api_call call);
  asio::awaitable<net::http_response> show_upload(api_call call);
  asio::awaitable<net::http_response> follow_upload(api_call call);

  asio::awaitable<result<host_view>> look_around(size_t most_peers);
  asio::awaitable<result<manifest_read>> read_offer(net::http_request req);
  asio::awaitable<net::http_response> run_sale(sell request, bool later);
  asio::awaitable<net::http_response> run_sale_later(sell request);
  asio::awaitable<result<upload_view>> find_upload(std::string id);
  std::string new_upload_id() const;
  net::http_response sale_response(const sell& request, const sale_answer& sale) const;
  utc_time quote_end() const;
  result<std::chrono::seconds> duration_of(const net::http_request& req) const;

  caf::actor_system& system_;
  env world_;
  api_settings settings_;
  utc_time started_at_;
  info_text info_;
  std::atomic<uint64_t> sales_ended_{0};
};

} // namespace codius::actors
