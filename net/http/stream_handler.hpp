#pragma once
#include "net/http/head.hpp"
#include "net/http/limits.hpp"
#include "net/http/timed_socket.hpp"

#include <memory>
#include <string>

namespace codius::net {

/// A request whose head is read and whose body is still on its way.
struct stream_request {
  request_head head;
  std::string label;                    ///< as by `pod_label`
  std::shared_ptr<timed_socket> client; ///< its `in` holds what followed the head
  std::string peer_ip;
  bool last = false; ///< the answer must say `Connection: close`
  server_limits limits;
};

/// Serves requests without holding them in memory: the proxy. One object a thread, called on that
/// thread only.
class stream_handler {
public:
  virtual ~stream_handler() = default;
  /// Answers the request on its client connection. True when the request was taken off the stream
  /// to its last octet and another may follow on the same connection. Never throws.
  virtual asio::awaitable<bool> serve(stream_request request) = 0;
  /// The server is stopping: ends what would not end by itself (tunnels) and drops idle upstream
  /// connections. Requests under way go on.
  virtual void stop() = 0;
};

} // namespace codius::net
