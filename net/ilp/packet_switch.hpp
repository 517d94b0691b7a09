#pragma once
#include "messages/env.hpp"
#include "net/ilp/ildcp.hpp"
#include "net/ilp/switch_account.hpp"

#include <limits>
#include <map>
#include <optional>

namespace codius::net {

/// The two families of children; its name is the address segment below the switch's own.
enum class child_group : uint8_t {
  local, ///< development clients
  child, ///< pods
};
const char* to_string(child_group group) noexcept;

struct packet_switch_options {
  ildcp_response self; ///< own address and asset; an empty address: the uplink will tell
  uint32_t packets_per_minute = 10'000; ///< of each child; more get T05; 0: no limit
  uint64_t max_packet_amount = std::numeric_limits<uint64_t>::max(); ///< of each child; above: F08
  std::chrono::milliseconds expiry_margin{1'000}; ///< taken off a packet's expiry at this hop
  std::chrono::milliseconds longest_hold{30'000};
  std::chrono::milliseconds shortest_hold{1'000}; ///< less left for the next hop: R02
};

/// The host's small connector: one asset, one to one. Packets below its own address go to a child
/// (`<own>.<group>.<account>…`) or to the host itself, all others up. Forwarding follows the order
/// of deployed connectors; a child may pay another child or itself. A limited child pays before
/// its packet leaves and has its money back if it is not fulfilled (mini-balances).
///
///   uplink <----> switch <----> children      T05 F08 ILDCP R02 F02 T01 T04  -> forward ->  R00
///   F05
///                   |
///                receiver
///
/// Lives in a shared_ptr, everything on one executor. Handlers that it gives out may outlive it.
class packet_switch : public std::enable_shared_from_this<packet_switch> {
public:
  packet_switch(asio::any_io_executor io, env world, packet_switch_options options);

  /// Own address and asset, as the uplink's ILDCP told.
  void set_self(ildcp_response self) { options_.self = std::move(self); }
  const ildcp_response& self() const { return options_.self; }
  /// Null: no uplink; the switch is the root of a private network.
  void set_uplink(std::shared_ptr<ilp_link> uplink) { uplink_ = std::move(uplink); }
  /// Takes packets to the own address and below it, outside the groups. Empty: F02.
  void set_receiver(ilp_handler receiver) { receiver_ = std::move(receiver); }

  /// Answers what comes down the uplink.
  ilp_handler uplink_handler();
  /// For the host's own packets: they go anywhere, without limits. ILDCP answers the own address.
  std::shared_ptr<ilp_link> local_link();

  /// Opens the account of a child before it connects. One that is open is left as it is.
  void open_account(child_group group, const std::string& account, child_policy policy);
  /// Forgets the account; packets to it get F02. Its connections are not closed.
  void close_account(child_group group, const std::string& account);
  /// None without such an account.
  std::optional<uint64_t> balance(child_group group, const std::string& account) const;

  /// A child has connected: answers the handler of its packets. An account that is not open is
  /// opened with `policy`. With several connections the newest one gets the packets.
  ilp_handler attach(child_group group, const std::string& account, std::shared_ptr<ilp_link> link,
                     child_policy policy = {});
  /// The connection has ended. An unlimited account is forgotten with its last connection.
  void detach(child_group group, const std::string& account, const std::shared_ptr<ilp_link>& link);

  /// Lets go of every link, account and handler. Packets get T01 or F02 from then on.
  void stop();

private:
  enum class source : uint8_t { uplink, child, host };
  using account_ptr = std::shared_ptr<child_account>;
  struct route {
    std::shared_ptr<ilp_link> link; ///< null: the host's own receiver
    account_ptr account;            ///< whom it pays; null: nobody whose money we count
  };
  class host_link;

  static asio::awaitable<ilp_reply> enter(std::weak_ptr<packet_switch> self, source from,
                                          account_ptr account, ilp_prepare p);
  asio::awaitable<ilp_reply> handle(source from, account_ptr account, ilp_prepare p);
  asio::awaitable<ilp_reply> forward(route to, account_ptr payer, ilp_prepare p);
  asio::awaitable<ilp_reply> to_receiver(ilp_prepare p);
  std::optional<ilp_reject> over_limits(child_account& account, const ilp_prepare& p);
  ilp_reply answer_peer(source from, const account_ptr& account, const ilp_prepare& p);
  std::variant<route, ilp_reject> find_route(source from, const std::string& destination);
  std::variant<route, ilp_reject> route_to_child(std::string_view below);
  std::optional<ilp_reject> shorten(const route& to, ilp_prepare& p);
  ilp_reject reject(const char* code, const char* message) const;

  asio::any_io_executor io_;
  env env_;
  packet_switch_options options_;
  std::shared_ptr<ilp_link> uplink_;
  ilp_handler receiver_;
  std::map<std::string, account_ptr, std::less<>> accounts_; ///< by path below the own address
};

} // namespace codius::net
