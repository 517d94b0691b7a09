#pragma once
#include "net/asio.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace codius::net {

/// Where the producer of a streamed answer puts its octets. Used on the connection's thread only,
/// by the one coroutine that was given it.
class body_writer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~body_writer() = default;

  /// Sends one piece, and suspends until the client's connection has taken it: that is the
  /// back-pressure, nothing is kept here. False when the client is lost, also because it took
  /// nothing for `server_limits::write_stall`: nobody reads on, so return. An empty piece is sent
  /// as nothing.
  virtual asio::awaitable<bool> write(std::string_view piece) = 0;

  /// Suspends until `due`, until a waker was called since the last wait, or until `over`. False
  /// when over.
  virtual asio::awaitable<bool> wait_until(time_point due) = 0;
  /// The clock of `wait_until`.
  virtual time_point now() = 0;
  /// Ends a wait. What is returned may be called on any thread, also when the stream has ended, as
  /// long as the connection's `io_context` lives; many calls cost little more than one.
  virtual std::function<void()> waker() = 0;

  /// True once the client closed its side, is lost, or the server stops. A stream without an end
  /// of its own ends now; one that has an end may be finished, as the client may still read.
  virtual bool over() const noexcept = 0;
};

/// Makes a body while it is sent. Returning ends the body; throwing cuts the connection, so that
/// the client knows that something is missing.
struct body_producer {
  std::function<asio::awaitable<void>(body_writer&)> run;
};

/// For `http_response::stream`. What `run` captures lives until the stream has ended.
inline std::shared_ptr<const body_producer>
produce(std::function<asio::awaitable<void>(body_writer&)> run) {
  return std::make_shared<body_producer>(body_producer{std::move(run)});
}

} // namespace codius::net
