#pragma once
#include "messages/error.hpp"
#include "net/http/client.hpp"
#include "net/http/timed_socket.hpp"
#include "net/http/uri.hpp"

#include <memory>
#include <string>
#include <string_view>

// Part of the HTTP client; nobody else includes this.

namespace codius::net {

/// What the client reads and writes: TCP or TLS. One thread.
class client_stream {
public:
  using time_point = timed_socket::time_point;
  virtual ~client_stream() = default;

  /// Receives at least one octet into `in()`; `asio::error::eof` at the end, `timed_out` at `due`.
  virtual asio::awaitable<error_code> fill(time_point due) = 0;
  /// Sends all of `data`, which must stay in place.
  virtual asio::awaitable<error_code> write(std::string_view data, time_point due) = 0;
  virtual read_buffer& in() = 0;
  /// False when the peer has closed it, or said something unasked.
  virtual bool quiet() = 0;
  virtual void close() = 0;
};

using client_stream_ptr = std::shared_ptr<client_stream>;

/// Looks the name up, connects in turn to those of its addresses that `how` admits, and shakes
/// hands for https. `how` must outlive the call.
asio::awaitable<result<client_stream_ptr>> open_client_stream(http_uri to,
                                                              const http_client_request& how,
                                                              client_stream::time_point due);

/// TLS over a connected socket, with the peer's certificate checked against `to.host`.
asio::awaitable<result<client_stream_ptr>>
open_tls(tcp::socket socket, http_uri to, std::string ca_file, client_stream::time_point due);

} // namespace codius::net
