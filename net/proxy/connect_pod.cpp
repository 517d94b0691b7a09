#include "net/proxy/connect_pod.hpp"

#include <algorithm>

namespace codius::net {

namespace {

bool is_refusal(error_code ec) {
  return ec == asio::error::connection_refused || ec == asio::error::host_unreachable
         || ec == asio::error::network_unreachable;
}

bool just_published(const pod_access& access, const pod_route& route, milliseconds settle) {
  const auto age = access.door.utc_now() - route.published_at;
  return age >= milliseconds{0} && age <= settle;
}

exchange::outcome failure(error_code ec) {
  if (ec == asio::error::timed_out)
    return http_fault{504, errc::pod_timeout, "the pod could not be reached in time"};
  if (is_refusal(ec))
    return http_fault{503, errc::pod_not_listening,
                      "the pod runs, but nothing listens at its port"};
  return http_fault{502, errc::pod_bad_answer, "the pod could not be reached"};
}

} // namespace

asio::awaitable<exchange::outcome> connect_pod(const pod_access& access, exchange& x,
                                               route_ptr route, bool may_reuse) {
  x.pod = may_reuse ? access.pool->take(route) : nullptr;
  x.pooled = x.pod != nullptr;
  if (x.pooled) {
    access.counters->reused++;
    co_return exchange::outcome{};
  }
  const tcp::endpoint to{asio::ip::make_address_v4(route->address.ip), route->address.port};
  const auto due = x.client->now() + x.settings.settle_wait;
  bool patient = just_published(access, *route, x.settings.settle);
  for (milliseconds wait{5};; wait = std::min(wait * 2, milliseconds{50})) {
    x.pod = std::make_shared<timed_socket>(tcp::socket{access.io}, x.settings.buffer_bytes);
    access.counters->connects++;
    auto ec = co_await x.pod->connect(to, x.settings.connect_limit);
    if (!ec)
      co_return exchange::outcome{};
    x.pod->close();
    if (x.client_gone)
      co_return http_fault{0, {}, ""};
    patient = patient && is_refusal(ec) && x.client->now() < due
              && access.routes->find(route->id.text) == route;
    if (!patient)
      co_return failure(ec);
    access.counters->settle_retries++;
    x.pause.expires_after(wait);
    co_await x.pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (x.client_gone)
      co_return http_fault{0, {}, ""};
  }
}

} // namespace codius::net
