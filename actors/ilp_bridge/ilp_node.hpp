#pragma once
#include "messages/env.hpp"
#include "messages/roles.hpp"
#include "net/ilp/btp_client.hpp"
#include "net/ilp/btp_server.hpp"
#include "net/ilp/packet_switch.hpp"
#include "net/ilp/stream_server.hpp"

#include <map>

namespace codius::actors {

struct ilp_settings {
  byte_buffer server_secret;                    ///< 32 octets that outlive restarts
  asset local_unit;                             ///< counted in when there is no uplink
  std::string local_address = "private.codius"; ///< root of the network when there is no uplink
  std::string listen_ip;                        ///< of the embedded connector; empty: none
  uint16_t listen_port = 0;
  std::optional<net::btp_uri> uplink;
};

struct ilp_hooks {
  /// Books money before its packet is fulfilled.
  std::function<asio::awaitable<status>(pay_token token, uint64_t amount, asset unit)> book;
  /// A payer opened its stream. May be empty.
  std::function<void(pay_token token)> on_payer;
  /// The listening port is known.
  std::function<void(uint16_t port)> on_listen;
};

/// The Interledger side of the host put together: packet switch, uplink or private root, BTP
/// listener, STREAM receiver. Everything on one executor but where it says otherwise.
class ilp_node : public std::enable_shared_from_this<ilp_node> {
public:
  ilp_node(asio::any_io_executor io, env world, ilp_settings settings, ilp_hooks hooks);

  /// Errors: `io` when the port is taken.
  status start();
  /// Closes every connection. For good.
  void stop();

  ledger_link link() const;
  /// Any thread may ask for it; it is used on the executor alone.
  const std::shared_ptr<net::packet_switch>& packets() const { return switch_; }
  /// Errors: `payments_down` while there is no ledger.
  result<payment_state> payment(const pay_token& token) const;
  /// Errors: `not_found` when the payer is not connected. A payer who loses the connection and
  /// comes again may send what is left of `due`, until `forget`.
  status allow(const pay_token& token, uint64_t due);
  void forget(const pay_token& token);

private:
  void come_up(const net::ildcp_response& self);
  void go_down(const char* fault, std::string why);
  error not_payable() const;
  status listen();
  void dial();
  void payer_came(const std::string& tag);
  static asio::awaitable<void> configure(std::shared_ptr<ilp_node> node);
  static asio::awaitable<status> book(std::weak_ptr<ilp_node> weak, std::string tag,
                                      uint64_t amount);
  static asio::awaitable<net::ilp_reply> receive(std::weak_ptr<net::stream_server> weak,
                                                 net::ilp_prepare p);

  asio::any_io_executor io_;
  env world_;
  ilp_settings settings_;
  ilp_hooks hooks_;
  std::shared_ptr<net::packet_switch> switch_;
  std::shared_ptr<net::btp_server> server_;
  std::shared_ptr<net::btp_client> uplink_;
  std::shared_ptr<net::stream_server> receiver_;
  std::map<pay_token, uint64_t> due_; ///< what is still expected of whom
  bool up_ = false;
  bool stopped_ = false;
  std::string why_down_ = "the ledger connection is being made";
  std::string fault_ = "uplink_unreachable";
};

} // namespace codius::actors
