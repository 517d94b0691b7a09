#include "runtime/client/host_link.hpp"

#include "net/http/client.hpp"
#include "net/http/public_address.hpp"

#include <vector>

namespace codius::client {

namespace {

constexpr size_t max_answer_bytes = 1 << 20;

} // namespace

/// Connections that wait for a next request. One in use belongs to its coroutine.
struct host_link::connections {
  std::vector<std::unique_ptr<net::http_connection>> idle;

  static asio::awaitable<result<net::http_response>> fetch(std::shared_ptr<connections> all,
                                                           net::http_client_request request) {
    auto mine = std::make_unique<net::http_connection>();
    if (!all->idle.empty()) {
      mine = std::move(all->idle.back());
      all->idle.pop_back();
    }
    auto answer = co_await net::fetch(*mine, std::move(request));
    all->idle.push_back(std::move(mine));
    co_return answer;
  }
};

host_link::host_link(host_place host)
  : connections_(std::make_shared<connections>()), name_(host.uri.origin()),
    public_only_(host.named_by_stranger) {}

asio::awaitable<result<net::http_response>> host_link::ask(host_request request,
                                                           std::chrono::milliseconds limit) {
  net::http_client_request out;
  out.method = std::move(request.method);
  out.uri = name_ + request.target;
  out.fields = std::move(request.fields);
  out.body = std::move(request.body);
  out.on_piece = std::move(request.on_piece);
  if (public_only_)
    out.may_connect = net::is_public_address;
  out.timeout = limit;
  out.max_body = max_answer_bytes;
  return connections::fetch(connections_, std::move(out));
}

} // namespace codius::client
