#pragma once
#include "messages/env.hpp"
#include "net/ilp/btp.hpp"
#include "net/ilp/link.hpp"
#include "net/ilp/message_socket.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <optional>
#include <unordered_map>

namespace codius::net {

struct btp_session_options {
  bool child_side = false;          ///< we dialled: ping, and answer as a deployed child does
  size_t max_incoming = 256;        ///< requests being answered at once; more get Reject T03
  size_t max_outgoing = 1024;       ///< requests waiting for an answer at once; more get T02
  size_t max_queue_bytes = 4 << 20; ///< unsent octets; a peer that reads slower is cut off
  std::chrono::milliseconds response_timeout{35'000};
  std::chrono::milliseconds ping_interval{20'000}; ///< child side only
};

/// One BTP connection past the WebSocket handshake, either role. Authentication is the business of
/// whoever made it. Lives in a shared_ptr; everything on one executor.
class btp_session final : public ilp_link, public std::enable_shared_from_this<btp_session> {
public:
  btp_session(asio::any_io_executor io, env world, std::shared_ptr<message_socket> socket,
              btp_session_options options);

  /// Reads until the connection is over, answering Prepares with `handler`; returns once the
  /// WebSocket is closed. A message that does not decode ends the connection without an answer.
  asio::awaitable<void> run(ilp_handler handler);

  /// Sends a Message and waits for its Response. Errors: `rejected` when a BTP Error comes back,
  /// `timed_out`, `unavailable` when the connection is over, `busy` with too many under way.
  asio::awaitable<result<btp_entries>> request(btp_entries entries,
                                               std::chrono::milliseconds timeout);
  /// Reject R00 at the packet's expiry or after the response timeout, T01 when the connection is
  /// or goes down, T02 with too many under way, F02 for a BTP Error, F00 for an answer that is
  /// none.
  asio::awaitable<ilp_reply> send(ilp_prepare p) override;
  bool connected() const override { return open_; }

  /// Queues a frame; does nothing once closed.
  void post(const btp_frame& frame);
  /// Fails what is under way and closes the WebSocket politely in the background.
  void close();

private:
  struct slot {
    explicit slot(const asio::any_io_executor& io) : timer(io) {}
    asio::steady_timer timer;
    std::optional<result<btp_entries>> answer;
  };
  using self_ptr = std::shared_ptr<btp_session>;

  static asio::awaitable<void> write_loop(self_ptr self);
  static asio::awaitable<void> ping_loop(self_ptr self);
  static asio::awaitable<void> close_socket(self_ptr self);
  static asio::awaitable<void> answer(self_ptr self, uint32_t id, ilp_prepare p,
                                      ilp_handler handler);
  bool on_bytes(byte_view bytes);
  void on_message(uint32_t id, const btp_message& message);
  void on_packet(uint32_t id, const btp_entry& packet);
  void settle(uint32_t id, result<btp_entries> answer);
  void refuse(uint32_t id, std::string why);
  void respond(uint32_t id, btp_entries entries);
  uint32_t fresh_id();
  void end();

  asio::any_io_executor io_;
  env env_;
  std::shared_ptr<message_socket> socket_;
  btp_session_options options_;
  ilp_handler handler_;
  bool open_ = true;
  bool writing_ = false;
  size_t incoming_ = 0;
  size_t queued_bytes_ = 0;
  std::deque<byte_buffer> queue_;
  std::unordered_map<uint32_t, std::shared_ptr<slot>> waiting_;
  asio::steady_timer ping_timer_;
};

/// The Error frame that refuses request `id`.
btp_frame make_btp_refusal(uint32_t id, std::string why, utc_time now);

} // namespace codius::net
