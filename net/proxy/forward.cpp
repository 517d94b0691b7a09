#include "net/proxy/forward.hpp"

#include "net/http/date.hpp"
#include "net/http/error_body.hpp"
#include "net/http/text.hpp"
#include "net/http/write_head.hpp"
#include "net/proxy/connect_pod.hpp"
#include "net/proxy/rewrite.hpp"
#include "net/proxy/tunnel.hpp"

#include <list>

namespace codius::net {

namespace {

constexpr unsigned retry_after_seconds = 1;

/// One of a pod's connections, counted for as long as it lasts.
class connection_count {
public:
  explicit connection_count(route_ptr route)
    : route_(std::move(route)), now_(++route_->connections) {}
  connection_count(const connection_count&) = delete;
  connection_count& operator=(const connection_count&) = delete;
  ~connection_count() { --route_->connections; }
  uint32_t now() const noexcept { return now_; }

private:
  route_ptr route_;
  uint32_t now_;
};

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT"
         || method == "DELETE" || method == "TRACE";
}

class forwarder final : public stream_handler {
public:
  forwarder(pod_access access, proxy_settings settings)
    : access_(std::move(access)), settings_(std::move(settings)) {}

  ~forwarder() override { access_.pool->stop(); }

  asio::awaitable<bool> serve(stream_request request) override;
  void stop() override;

private:
  asio::awaitable<bool> forward(std::shared_ptr<exchange> x, route_ptr route);
  asio::awaitable<exchange::outcome> converse(std::shared_ptr<exchange> x, route_ptr route,
                                              response_head& answer, std::string& upgrade);
  asio::awaitable<bool> fail(std::shared_ptr<exchange> x, http_fault why);
  asio::awaitable<bool> open_tunnel(std::shared_ptr<exchange> x, response_head answer);
  exchange::outcome check(const std::string& label, const route_ptr& route) const;
  std::string head_for_pod(const stream_request& request, const std::string& upgrade) const;

  pod_access access_;
  const proxy_settings settings_;
  std::list<std::weak_ptr<tunnel>> tunnels_;
  bool stopped_ = false;
};

exchange::outcome forwarder::check(const std::string& label, const route_ptr& route) const {
  if (!route || route->state == route_state::no_port)
    return http_fault{404, errc::unknown_pod, "no pod with that hash found. hash=" + label};
  if (route->state == route_state::starting)
    return http_fault{503, errc::pod_starting, "the pod is starting, try again in a moment"};
  return {};
}

std::string forwarder::head_for_pod(const stream_request& request,
                                    const std::string& upgrade) const {
  request_origin origin;
  origin.peer_ip = request.peer_ip;
  origin.scheme = settings_.public_scheme;
  error_code ec;
  const auto peer = asio::ip::make_address(request.peer_ip, ec);
  origin.trust_forwarded = settings_.trust_loopback_forwarded && !ec && peer.is_loopback();
  return request_for_pod(request.head, origin, upgrade);
}

asio::awaitable<bool> forwarder::serve(stream_request request) {
  const auto route = access_.routes->find(request.label);
  auto refused = check(request.label, route);
  auto x = std::make_shared<exchange>(std::move(request), settings_);
  if (refused)
    co_return co_await fail(x, std::move(*refused));
  const connection_count mine{route};
  if (mine.now() > settings_.pod_connections) {
    http_fault full{503, errc::pod_busy, "the pod has too many connections, try again in a moment"};
    co_return co_await fail(x, std::move(full));
  }
  bool clean = false;
  try {
    clean = co_await forward(x, route);
  } catch (const std::exception&) { // out of memory: this request ends, the others go on
    x->client->close();
  }
  co_await x->finish();
  if (x->pod_reusable)
    access_.pool->put(route, x->pod);
  access_.counters->client_left += x->client_gone ? 1 : 0;
  co_return clean;
}

/// Sends the request and reads the answer's head, a second time if a pooled connection was dead.
asio::awaitable<exchange::outcome> forwarder::converse(std::shared_ptr<exchange> x, route_ptr route,
                                                       response_head& answer,
                                                       std::string& upgrade) {
  upgrade = upgrade_for_pod(x->request.head);
  if (!x->has_body())
    x->watch_client();
  // What may not be sent twice gets a connection of its own: a pooled one might just be closing.
  bool may_reuse = !x->has_body() && upgrade.empty() && is_idempotent(x->request.head.method);
  for (;; may_reuse = false) {
    if (auto bad = co_await connect_pod(access_, *x, route, may_reuse))
      co_return bad;
    auto text = head_for_pod(x->request, upgrade);
    const bool sent = co_await x->send_request(std::move(text));
    exchange::outcome bad;
    if (sent || !x->pooled)
      bad = co_await x->read_answer(answer, !upgrade.empty());
    const bool dead = x->pooled && (x->stale || !sent);
    if (!dead)
      co_return bad;
    if (x->client_gone)
      co_return http_fault{0, {}, ""};
    access_.counters->retried++;
    x->stale = false;
    x->pod->close();
  }
}

asio::awaitable<bool> forwarder::forward(std::shared_ptr<exchange> x, route_ptr route) {
  response_head answer;
  std::string upgrade;
  if (auto bad = co_await converse(x, route, answer, upgrade))
    co_return co_await fail(x, std::move(*bad));
  if (answer.status == 101)
    co_return co_await open_tunnel(x, std::move(answer));
  access_.counters->forwarded++;
  const bool whole = co_await x->relay_answer(answer);
  if (!whole) {
    access_.counters->cut_off++;
    x->client->close(); // the client must not take half an answer for a whole one
    co_return false;
  }
  if (x->request_taken() && (!x->told_close || x->request.last))
    co_return true;
  // An answer before the request's end, or one that ends with its connection.
  x->pod_reusable = x->pod_reusable && x->request_taken();
  co_await x->finish();
  co_await close_gently(x->client, x->request.limits.linger);
  co_return false;
}

/// Answers with an error. The connection goes on if the whole request was taken off it.
asio::awaitable<bool> forwarder::fail(std::shared_ptr<exchange> x, http_fault why) {
  x->pod_reusable = false;
  co_await x->finish();
  if (why.status == 0)
    co_return false;
  access_.counters->failed++;
  const bool keep = x->request_taken();
  const auto retry = why.status == 503 ? retry_after_seconds : 0;
  const error_text told{why.code, why.message, why.status};
  auto res = wants_page(x->request.head.fields) ? error_page(told, retry) : error_response(told);
  if (retry > 0)
    res.fields.add("Retry-After", std::to_string(retry));
  answer_style style;
  style.minor = x->request.head.minor;
  style.head_only = x->request.head.method == "HEAD";
  style.close = x->request.last || !keep;
  const auto date = http_date(access_.door.utc_now());
  style.date = date;
  const auto text = response_text(res, style);
  if (co_await x->client->write(text, x->request.limits.write_stall))
    co_return false;
  if (!keep)
    co_await close_gently(x->client, x->request.limits.linger);
  co_return keep;
}

asio::awaitable<bool> forwarder::open_tunnel(std::shared_ptr<exchange> x, response_head answer) {
  const auto text = interim_for_client(answer);
  const bool websocket = same_text(answer.fields.get("upgrade"), "websocket");
  x->stop_watching(); // the tunnel itself reads from now on
  if (stopped_ || co_await x->client->write(text, x->request.limits.write_stall))
    co_return false;
  tunnel::limits most{settings_.tunnel_idle, settings_.half_close};
  const auto way = std::make_shared<tunnel>(x->client, x->pod, most, websocket);
  const auto listed = tunnels_.insert(tunnels_.end(), way);
  access_.counters->tunnels++;
  access_.counters->tunnels_open++;
  co_await way->run();
  access_.counters->tunnels_open--;
  tunnels_.erase(listed);
  co_return false;
}

void forwarder::stop() {
  stopped_ = true;
  for (const auto& one : tunnels_)
    if (const auto way = one.lock())
      way->end();
  access_.pool->stop();
}

} // namespace

std::unique_ptr<stream_handler> make_forwarder(asio::io_context& io,
                                               std::shared_ptr<const route_table> routes,
                                               proxy_settings settings, env door,
                                               std::shared_ptr<proxy_counters> counters) {
  auto pool = std::make_shared<upstream_pool>(io, routes, settings);
  pod_access access{io, std::move(routes), std::move(pool), std::move(counters), std::move(door)};
  return std::make_unique<forwarder>(std::move(access), std::move(settings));
}

} // namespace codius::net
