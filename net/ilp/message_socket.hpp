#pragma once
#include "messages/bytes.hpp"
#include "net/asio.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace codius::net {

struct message_socket_limits {
  size_t max_message = 64 * 1024;              ///< octets; a longer one ends the connection
  std::chrono::milliseconds handshake{10'000}; ///< each of: connect, TLS, upgrade
  std::chrono::milliseconds idle{60'000};      ///< without any octet from the other side
  std::chrono::milliseconds goodbye{1'000};    ///< for the other side to answer a close
  bool takes_text = false;                     ///< messages of text are read like others
};

/// A WebSocket that carries whole binary messages (and reads text, if it is told to). One `handshake` first; then at most one `read`,
/// one `write` and one `ping` at a time. All calls on the socket's executor. The caller keeps the
/// socket alive while a call is under way.
class message_socket {
public:
  virtual ~message_socket() = default;
  /// Everything until messages can flow. Errors: `unavailable` when nobody answers, `timed_out`,
  /// `rejected` when the other side does not want or does not speak WebSocket.
  virtual asio::awaitable<status> handshake() = 0;
  /// The next message. Errors: `malformed` for a text message or broken framing, `too_large`,
  /// `unavailable` when the connection is over.
  virtual asio::awaitable<result<byte_buffer>> read() = 0;
  virtual asio::awaitable<status> write(byte_buffer message) = 0;
  virtual asio::awaitable<status> ping() = 0;
  /// Says goodbye without a status code and waits a moment for the answer. Never fails; a second
  /// call returns at once.
  virtual asio::awaitable<void> close() = 0;
  /// Ends everything at once; whatever is under way fails with `unavailable`.
  virtual void abort() = 0;
};

/// The accepting side of a connection that has just come in. A request with an `Origin` header
/// comes from a web page and is dropped without an answer. Idle connections are pinged.
std::shared_ptr<message_socket> make_server_socket(asio::ip::tcp::socket socket,
                                                   message_socket_limits limits);

struct message_socket_target {
  std::string host; ///< name or address literal, an IPv6 one without brackets
  uint16_t port = 0;
  std::string path = "/";
  bool tls = false;
  std::string ca_file; ///< PEM; empty: what the system trusts
};

/// The connecting side. Tries every address of the host in turn; `localhost` and names below
/// it mean both ::1 and 127.0.0.1 whatever the resolver says.
std::shared_ptr<message_socket> make_client_socket(asio::any_io_executor io,
                                                   message_socket_target target,
                                                   message_socket_limits limits);

} // namespace codius::net
