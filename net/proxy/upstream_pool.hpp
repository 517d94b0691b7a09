#pragma once
#include "net/http/timed_socket.hpp"
#include "net/proxy/route_table.hpp"
#include "net/proxy/settings.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace codius::net {

/// Idle connections to pods, of one thread and used on it only. A connection belongs to one route
/// object: when that route is replaced or withdrawn its connections are closed, so that nobody
/// reaches another pod that was given the same address.
class upstream_pool : public std::enable_shared_from_this<upstream_pool> {
public:
  upstream_pool(asio::io_context& io, std::shared_ptr<const route_table> routes,
                const proxy_settings& settings);

  /// The connection that was used last; null when there is none.
  std::shared_ptr<timed_socket> take(const route_ptr& route);
  /// Keeps a connection on which a message has ended cleanly, and watches it: it is dropped when
  /// the pod closes it or says anything.
  void put(const route_ptr& route, std::shared_ptr<timed_socket> socket);
  /// Closes all. Connections put afterwards are closed, too.
  void stop();
  size_t size() const noexcept { return size_; }

private:
  struct entry {
    std::shared_ptr<timed_socket> socket;
    route_ptr route;
    timed_socket::time_point since;
  };
  void watch(const std::shared_ptr<timed_socket>& socket, const std::string& label);
  void drop(const std::shared_ptr<timed_socket>& socket, const std::string& label);
  void arm();
  /// Closes what is too old or has lost its route.
  void sweep();
  void sweep_if_routes_changed();

  std::shared_ptr<const route_table> routes_;
  const proxy_settings settings_;
  asio::steady_timer timer_;
  std::unordered_map<std::string, std::vector<entry>> idle_;
  size_t size_ = 0;
  uint64_t seen_generation_ = 0;
  bool armed_ = false, stopped_ = false;
};

} // namespace codius::net
