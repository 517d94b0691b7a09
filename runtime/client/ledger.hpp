#pragma once
#include "messages/env.hpp"
#include "messages/money.hpp"
#include "net/ilp/btp_client.hpp"
#include "net/ilp/packet_switch.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace codius::client {

/// The payer's account: a link to a connector (moneyd, or a host's own), and who we are there. Payments share it. Single executor; lives in a shared_ptr.
class ledger : public std::enable_shared_from_this<ledger> {
public:
  /// Connects, and asks for address and asset (ILDCP). Errors as `btp_client::connect`;
  /// `unavailable` when there is no answer about the account. In words for people.
  static asio::awaitable<result<std::shared_ptr<ledger>>> connect(asio::any_io_executor io,
                                                                  env world, net::btp_uri parent);
  /// An account with the packet switch of a host in this very process, which has an address. It may
  /// pay the host itself and nobody else, so there is no limit to it. On the switch's executor.
  static std::shared_ptr<ledger> of_own_host(asio::any_io_executor io, env world,
                                             std::shared_ptr<net::packet_switch> packets);
  ~ledger();

  const asset& unit() const { return unit_; }
  const std::string& address() const { return address_; }
  /// "localhost:7768"; "this host".
  const std::string& place() const { return place_; }
  const env& world() const { return env_; }
  const asio::any_io_executor& executor() const { return io_; }

  bool connected() const { return link_->connected(); }
  asio::awaitable<net::ilp_reply> send(net::ilp_prepare p) { return link_->send(std::move(p)); }
  /// What arrives for `own_address` (which begins with ours) goes to `handler`.
  void attach(const std::string& own_address, net::ilp_handler handler);
  void detach(const std::string& own_address);
  /// Ends the connection; packets under way get rejected.
  void stop();

private:
  ledger(asio::any_io_executor io, env world);
  asio::awaitable<status> open(net::btp_uri parent);
  static asio::awaitable<net::ilp_reply> receive(std::weak_ptr<ledger> weak, net::ilp_prepare p);

  asio::any_io_executor io_;
  env env_;
  std::shared_ptr<net::ilp_link> link_;
  std::function<void()> end_; ///< of the link
  std::string place_;
  std::string address_;
  asset unit_;
  std::unordered_map<std::string, net::ilp_handler> receivers_;
};

/// moneyd's place on this machine, with a fresh token: connectors copy packets to every connection
/// that logs in with the same one.
net::btp_uri default_ledger(const env& world);

/// "localhost:7768".
std::string place_of(const net::btp_uri& parent);

} // namespace codius::client
