#pragma once
#include "net/asio.hpp"
#include "net/http/read_buffer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace codius::net {

using tcp = asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

/// A TCP stream with a bounded read buffer and one deadline for each direction. Made by
/// `std::make_shared`, used on its executor's thread only. One `fill` and one `write` may be under
/// way at the same time. Call `close` when done with it: an armed timer keeps the object alive.
class timed_socket : public std::enable_shared_from_this<timed_socket> {
public:
  using time_point = asio::steady_timer::time_point;

  explicit timed_socket(tcp::socket socket, size_t buffer_bytes = 32 * 1024);

  tcp::socket& socket() noexcept { return socket_; }
  /// What was received and not used yet.
  read_buffer in;

  /// Receives at least one octet into `in`. `asio::error::timed_out` when nothing came in time,
  /// `asio::error::eof` at the end of the stream, `no_buffer_space` when `in` is full.
  asio::awaitable<error_code> fill(milliseconds limit);
  asio::awaitable<error_code> fill_until(time_point due);
  /// Sends all of `data`, which must stay in place. `limit` is for each bit of progress, not for
  /// the whole.
  asio::awaitable<error_code> write(std::string_view data, milliseconds limit);
  asio::awaitable<error_code> connect(tcp::endpoint to, milliseconds limit);

  /// Moves the deadline of the `fill` under way.
  void limit_fill(milliseconds limit);
  bool writing() const noexcept { return writing_; }
  /// Ends whatever is under way with `operation_aborted`; the stream stays open.
  void cancel();
  void shutdown_send();
  void close();
  bool is_open() const noexcept { return socket_.is_open(); }
  /// True when the stream is open both ways and holds nothing to be received.
  bool is_quiet();

  /// The timers' clock.
  time_point now();

private:
  /// A due time with one lazily moved timer behind it: putting the due time off costs nothing.
  struct deadline {
    explicit deadline(const tcp::socket::executor_type& io) : timer(io) {}
    asio::steady_timer timer;
    time_point due = time_point::max();
    bool waiting = false;
    bool fired = false;
  };
  void arm(deadline& d, time_point due);
  void wait(deadline& d);
  void on_timer(deadline& d);
  static bool disarm(deadline& d);

  tcp::socket socket_;
  asio::steady_timer clock_;
  deadline read_due_, write_due_;
  bool writing_ = false;
};

/// Drops what the peer still sends for up to `limit`, then closes: closing at once would reset the
/// connection and might destroy the answer on its way.
asio::awaitable<void> close_gently(std::shared_ptr<timed_socket> socket, milliseconds limit);

} // namespace codius::net
