#pragma once
#include "actors/purchase/purchase.hpp"
#include "messages/env.hpp"
#include "messages/roles.hpp"
#include "net/asio.hpp"
#include "net/http/message.hpp"
#include "net/http/uri.hpp"

#include <caf/actor_system.hpp>

namespace codius::actors {

struct api_settings {
  std::string public_uri_text; ///< as configured: peers compare it with the string they know
  net::http_uri public_uri;
  sale_terms terms;
  std::chrono::seconds least_duration{1};
  std::chrono::seconds most_duration{31'536'000};
  bool additional_info = true;
};

/// The public HTTP API (handbook: host API, sections 3 to 5). Keeps no handle of an actor: finds it
/// by role for each request. One object serves all threads.
class api {
public:
  api(caf::actor_system& system, env world, api_settings settings);

  /// Answers any request that is not for a pod.
  asio::awaitable<net::http_response> answer(net::http_request req);

private:
  asio::awaitable<net::http_response> route(net::http_request req, std::string request_id);

  asio::awaitable<net::http_response> version();
  asio::awaitable<net::http_response> info();

  asio::awaitable<net::http_response> quote_pod(net::http_request req);
  asio::awaitable<net::http_response> upload_pod(net::http_request req, std::string request_id);
  asio::awaitable<net::http_response> extend_pod(net::http_request req, std::string request_id);
  asio::awaitable<net::http_response> show_pod(net::http_request req);

  asio::awaitable<result<manifest_read>> read_offer(net::http_request req);
  asio::awaitable<net::http_response> run_sale(sell request);
  net::http_response sale_response(const sell& request, const sale_answer& sale) const;
  std::string new_request_id() const;

  caf::actor_system& system_;
  env world_;
  api_settings settings_;
  utc_time started_at_;
};

} // namespace codius::actors
