#pragma once
#include "messages/env.hpp"
#include "net/ilp/btp_session.hpp"
#include "net/ilp/btp_uri.hpp"

namespace codius::net {

struct btp_client_options {
  std::chrono::milliseconds auth_timeout{35'000}; ///< for the parent to answer auth
  std::string ca_file;                            ///< for btp+wss; empty: what the system trusts
  btp_session_options session;
  message_socket_limits socket;
};

/// Called on the client's executor, never after `stop`. Either may be empty.
struct btp_client_events {
  std::function<void()> on_up;            ///< authenticated; packets flow
  std::function<void(error why)> on_down; ///< a connection ended, or an attempt failed
};

/// The child's side of BTP: one parent, dialled, authenticated, and dialled again whenever the
/// connection ends, after 0, 100, 500, 1000, 2000, then every 5000 ms; from the start again after
/// ten seconds without a failure. Packets under way when a connection ends get Reject T01. Lives
/// in a shared_ptr, everything on one executor; its coroutines keep it alive until `stop`.
class btp_client final : public ilp_link, public std::enable_shared_from_this<btp_client> {
public:
  /// `incoming` answers what the parent sends.
  btp_client(asio::any_io_executor io, env world, btp_uri parent, btp_client_options options,
             ilp_handler incoming, btp_client_events events = {});

  /// Connects in the background for as long as it takes.
  void start();
  /// Connects once, every address of the host, and then keeps the connection as `start` does.
  /// Errors: `unavailable` when nobody answers there, `timed_out`, `rejected` when the parent is
  /// not one or refuses the token; the client is stopped then.
  asio::awaitable<status> connect();
  /// Ends the connection and all attempts; for good.
  void stop();

  asio::awaitable<ilp_reply> send(ilp_prepare p) override;
  bool connected() const override { return session_ != nullptr && session_->connected(); }

private:
  using self_ptr = std::shared_ptr<btp_client>;
  using session_ptr = std::shared_ptr<btp_session>;

  static asio::awaitable<void> keep_connected(self_ptr self);
  static asio::awaitable<void> run_session(self_ptr self, session_ptr session);
  asio::awaitable<status> attempt();
  asio::awaitable<status> authenticate(session_ptr session);
  asio::awaitable<void> until_down();
  asio::awaitable<void> back_off();
  void report_down(error why);

  asio::any_io_executor io_;
  env env_;
  btp_uri parent_;
  btp_client_options options_;
  ilp_handler incoming_;
  btp_client_events events_;
  std::shared_ptr<message_socket> socket_; ///< the one being dialled or used
  session_ptr running_;                    ///< its read loop has not ended
  session_ptr session_;                    ///< authenticated
  asio::steady_timer ended_;               ///< cancelled when `running_` has ended
  asio::steady_timer pause_;               ///< between attempts
  asio::steady_timer calm_;                ///< forgives earlier failures
  size_t failures_ = 0;
  bool started_ = false;
  bool stopped_ = false;
};

} // namespace codius::net
