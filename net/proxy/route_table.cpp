#include "net/proxy/route_table.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <functional>

namespace codius::net {

namespace {

auto place(const std::vector<route_ptr>& routes, std::string_view label) {
  return std::lower_bound(routes.begin(), routes.end(), label,
                          [](const route_ptr& r, std::string_view l) { return r->id.text < l; });
}

bool names(const std::vector<route_ptr>& routes, std::vector<route_ptr>::const_iterator at,
           std::string_view label) {
  return at != routes.end() && (*at)->id.text == label;
}

bool usable(const pod_address& address) {
  in_addr ignored{};
  return address.port != 0 && inet_pton(AF_INET, address.ip.c_str(), &ignored) == 1;
}

} // namespace

route_table::shard& route_table::shard_of(std::string_view label) const {
  return shards_[std::hash<std::string_view>{}(label) % shards_.size()];
}

std::shared_ptr<const route_table::snapshot> route_table::load(const shard& s) const {
  const std::lock_guard lock{s.guard};
  return s.now;
}

route_ptr route_table::find(std::string_view label) const {
  const auto routes = load(shard_of(label));
  const auto at = place(*routes, label);
  return names(*routes, at, label) ? *at : nullptr;
}

status route_table::publish(const pod_id& id, route_state state, pod_address address,
                            utc_time now) {
  if (state == route_state::running && !usable(address))
    return error{errc::invalid, "a running pod needs an IPv4 address and a port"};
  auto& home = shard_of(id.text);
  auto routes = *load(home);
  const auto at = place(routes, id.text);
  const bool known = names(routes, at, id.text);
  if (known && (*at)->state == state && (*at)->address == address)
    return ok();
  auto route = std::make_shared<pod_route>();
  route->id = id;
  route->state = state;
  route->address = std::move(address);
  route->published_at = now;
  const auto index = at - routes.begin();
  if (known)
    routes[static_cast<size_t>(index)] = std::move(route);
  else
    routes.insert(routes.begin() + index, std::move(route));
  auto next = std::make_shared<const snapshot>(std::move(routes));
  {
    const std::lock_guard lock{home.guard};
    home.now.swap(next);
  }
  known ? generation_.fetch_add(1) : size_.fetch_add(1);
  return ok();
}

bool route_table::withdraw(const pod_id& id) {
  auto& home = shard_of(id.text);
  auto routes = *load(home);
  const auto at = place(routes, id.text);
  if (!names(routes, at, id.text))
    return false;
  routes.erase(at);
  auto next = std::make_shared<const snapshot>(std::move(routes));
  {
    const std::lock_guard lock{home.guard};
    home.now.swap(next);
  }
  size_.fetch_sub(1);
  generation_.fetch_add(1);
  return true;
}

} // namespace codius::net
