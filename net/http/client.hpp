#pragma once
#include "messages/error.hpp"
#include "net/asio.hpp"
#include "net/http/message.hpp"
#include "net/http/name_look_up.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace codius::net {

struct http_client_request {
  std::string method = "GET";
  std::string uri;    ///< absolute, http or https
  http_fields fields; ///< Host is added unless given; Content-Length always
  std::string body;
  std::chrono::milliseconds timeout{30'000}; ///< for all of it, from the name's look-up on
  size_t max_body = 16 << 20;                ///< octets of the answer's body
  std::string ca_file; ///< PEM file of certificates to trust besides the system's; may be empty
  /// Asked about each address before a connection to it is tried, also where the URI has one
  /// instead of a name. Empty: any will do. A connection that is kept was asked about when made.
  std::function<bool(const asio::ip::address&)> may_connect;
  /// Takes the body of a 200 piece by piece as it comes; `max_body` does not count then, and
  /// `timeout` is for each piece. Empty: the body is in the answer.
  std::function<void(std::string_view)> on_piece;
  name_look_up look_up; ///< empty: the executor's own
};

class client_stream;

/// A connection that is kept for the next request to the same origin. One request at a time, on
/// one thread.
class http_connection {
public:
  http_connection() = default;
  http_connection(http_connection&&) noexcept = default;
  http_connection& operator=(http_connection&&) noexcept = default;
  ~http_connection();

private:
  friend asio::awaitable<result<http_response>> fetch(http_connection&, http_client_request);
  std::shared_ptr<client_stream> stream_;
  std::string origin_; ///< scheme, authority and CA file that `stream_` belongs to
};

/// Sends one request and reads its answer, whatever the status. Redirects are not followed, body
/// codings not undone. TLS certificates must be good for the host's name. Names the peer in every
/// error: `malformed` (URI, or an answer that is no HTTP), `unavailable` (no such name, nothing
/// listens there, connection broken), `rejected` (certificate, or no address that `may_connect`),
/// `timed_out`, `too_large`, and what `look_up` reports.
asio::awaitable<result<http_response>> fetch(http_client_request request);

/// The same on a kept connection, which is opened as needed and must outlive the call. A request
/// without side effects is sent again if the kept connection turns out to be dead.
asio::awaitable<result<http_response>> fetch(http_connection& connection,
                                             http_client_request request);

} // namespace codius::net
