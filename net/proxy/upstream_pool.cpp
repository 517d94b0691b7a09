#include "net/proxy/upstream_pool.hpp"

#include <algorithm>

namespace codius::net {

upstream_pool::upstream_pool(asio::io_context& io, std::shared_ptr<const route_table> routes,
                             const proxy_settings& settings)
  : routes_(std::move(routes)), settings_(settings), timer_(io) {}

std::shared_ptr<timed_socket> upstream_pool::take(const route_ptr& route) {
  sweep_if_routes_changed();
  const auto at = idle_.find(route->id.text);
  while (at != idle_.end() && !at->second.empty()) {
    auto newest = std::move(at->second.back());
    at->second.pop_back();
    --size_;
    if (newest.route == route && newest.socket->is_quiet()) {
      newest.socket->cancel(); // the watch
      return newest.socket;
    }
    newest.socket->close();
  }
  return nullptr;
}

void upstream_pool::put(const route_ptr& route, std::shared_ptr<timed_socket> socket) {
  sweep_if_routes_changed();
  const auto at = idle_.find(route->id.text);
  const auto held = at == idle_.end() ? 0 : at->second.size();
  if (stopped_ || size_ >= settings_.pool_total || held >= settings_.pool_per_pod
      || routes_->find(route->id.text) != route) {
    socket->close();
    return;
  }
  socket->in.shrink();
  watch(socket, route->id.text);
  const auto since = socket->now();
  idle_[route->id.text].push_back({std::move(socket), route, since});
  ++size_;
  arm();
}

void upstream_pool::watch(const std::shared_ptr<timed_socket>& socket, const std::string& label) {
  socket->socket().async_wait(tcp::socket::wait_read,
                              [self = shared_from_this(), socket, label](error_code ec) {
                                if (ec != asio::error::operation_aborted)
                                  self->drop(socket, label);
                              });
}

void upstream_pool::drop(const std::shared_ptr<timed_socket>& socket, const std::string& label) {
  const auto at = idle_.find(label);
  if (at == idle_.end())
    return;
  const auto gone = std::erase_if(at->second, [&](const entry& e) { return e.socket == socket; });
  if (at->second.empty())
    idle_.erase(at);
  size_ -= gone;
  if (gone > 0) // otherwise somebody took it just now
    socket->close();
}

void upstream_pool::arm() {
  if (armed_)
    return;
  armed_ = true;
  timer_.expires_after(settings_.pool_idle / 2);
  timer_.async_wait([self = shared_from_this()](error_code ec) {
    self->armed_ = false;
    if (ec)
      return;
    self->sweep();
    if (self->size_ > 0)
      self->arm();
  });
}

void upstream_pool::sweep() {
  for (auto at = idle_.begin(); at != idle_.end();) {
    const auto current = routes_->find(at->first);
    size_ -= std::erase_if(at->second, [&](const entry& e) {
      const bool dead = e.route != current || e.socket->now() - e.since > settings_.pool_idle;
      if (dead)
        e.socket->close();
      return dead;
    });
    at = at->second.empty() ? idle_.erase(at) : std::next(at);
  }
}

void upstream_pool::sweep_if_routes_changed() {
  const auto generation = routes_->generation();
  if (generation == seen_generation_)
    return;
  seen_generation_ = generation;
  sweep();
}

void upstream_pool::stop() {
  stopped_ = true;
  timer_.cancel();
  for (auto& [label, entries] : idle_)
    for (auto& e : entries)
      e.socket->close();
  idle_.clear();
  size_ = 0;
}

} // namespace codius::net
