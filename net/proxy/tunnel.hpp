#pragma once
#include "net/http/timed_socket.hpp"

#include <memory>

namespace codius::net {

/// Moves octets both ways between a client and a pod after a 101, until both have said all, one
/// fails, or both are silent for too long. One thread.
class tunnel : public std::enable_shared_from_this<tunnel> {
public:
  struct limits {
    milliseconds idle;
    milliseconds half_close;
  };

  /// What the sockets' buffers hold already goes out first. `websocket`: an early end is told to
  /// both in a close frame (1001, going away).
  tunnel(std::shared_ptr<timed_socket> client, std::shared_ptr<timed_socket> pod, limits most,
         bool websocket);

  asio::awaitable<void> run();
  /// Ends it now. May be called more than once.
  void end();

private:
  asio::awaitable<void> pump(std::shared_ptr<timed_socket> from, std::shared_ptr<timed_socket> to);
  void close();

  std::shared_ptr<timed_socket> client_, pod_;
  limits most_;
  bool websocket_;
  bool half_closed_ = false;
  bool other_way_ = true;
  timed_socket::time_point active_;
  asio::steady_timer joined_;
};

} // namespace codius::net
