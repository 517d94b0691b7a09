#pragma once
#include "messages/env.hpp"
#include "net/ilp/btp_accounts.hpp"
#include "net/ilp/btp_session.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <unordered_set>

namespace codius::net {

struct btp_server_options {
  std::string address = "127.0.0.1";              ///< IP literal to listen on
  uint16_t port = 0;                              ///< 0: any free one
  size_t max_connections = 256;                   ///< in any state; further ones are closed at once
  std::chrono::milliseconds auth_timeout{10'000}; ///< from the TCP connection to a good token
  btp_session_options session;
  message_socket_limits socket;
};

/// What the server tells its user; both are called on its executor, never after `stop`, except
/// `on_disconnect` for every account that was connected.
struct btp_server_events {
  /// `account` has proved its token. The answer handles its packets; an empty one refuses it.
  std::function<ilp_handler(const std::string& account, std::shared_ptr<ilp_link> link)> on_connect;
  std::function<void(const std::string& account, const std::shared_ptr<ilp_link>& link)>
    on_disconnect;
};

/// The parent's side of BTP: listens for children, authenticates each by its first message, then
/// runs its session. An account may have several connections. Lives in a shared_ptr, everything on
/// one executor; its coroutines keep it alive until `stop` has taken effect.
class btp_server : public std::enable_shared_from_this<btp_server> {
public:
  /// Binds and starts to accept. Errors: `invalid` for an address that is none, `io` when it is
  /// taken or not ours.
  static result<std::shared_ptr<btp_server>> listen(asio::any_io_executor io, env world,
                                                    btp_server_options options,
                                                    std::shared_ptr<btp_accounts> accounts,
                                                    btp_server_events events);

  uint16_t port() const { return port_; }
  size_t connections() const { return sockets_.size(); }
  /// Stops listening and ends every connection. Once only.
  void stop();

  /// For `listen` only.
  btp_server(asio::any_io_executor io, env world, btp_server_options options,
             std::shared_ptr<btp_accounts> accounts, btp_server_events events);

private:
  using self_ptr = std::shared_ptr<btp_server>;
  using socket_ptr = std::shared_ptr<message_socket>;

  status bind();
  static asio::awaitable<void> accept_loop(self_ptr self);
  static asio::awaitable<void> serve(self_ptr self, socket_ptr socket);
  static asio::awaitable<void> authenticate(self_ptr self, socket_ptr socket);
  static asio::awaitable<void> converse(self_ptr self, socket_ptr socket, std::string account,
                                        uint32_t auth_id);
  static asio::awaitable<void> refuse(self_ptr self, socket_ptr socket, uint32_t id,
                                      std::string why);
  result<std::string> account_of(const btp_frame& first);

  asio::any_io_executor io_;
  env env_;
  btp_server_options options_;
  std::shared_ptr<btp_accounts> accounts_;
  btp_server_events events_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  uint16_t port_ = 0;
  bool stopped_ = false;
  std::unordered_set<socket_ptr> sockets_;
};

} // namespace codius::net
