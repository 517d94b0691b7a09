#pragma once
#include "messages/bytes.hpp"
#include "messages/env.hpp"
#include "messages/sale.hpp"
#include "net/ilp/packet.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace codius::net {

/// Makes addresses that carry all we need to know of a connection, so that nothing is stored until
/// its first packet comes. A token is the connection's tag, sealed with a key of its own
/// (`ilp_stream_connection_token`): connectors see neither the tag nor that two addresses share
/// one. Immutable, so any thread may use it.
class stream_addresses {
public:
  struct token {
    byte_buffer tag; ///< empty: none
    octets32 shared_secret{};
  };

  /// `server_secret`: 32 octets that outlive a restart and nobody else knows.
  explicit stream_addresses(byte_view server_secret);

  /// A fresh address below `own_address`; `tag` of at most 64 octets.
  pay_details make(std::string_view own_address, byte_view tag, const env& world) const;
  /// What we once sealed into this address segment; nothing when we did not.
  std::optional<token> read(std::string_view segment) const;

private:
  octets32 token_key_;
  octets32 secret_key_;
};

/// The first segment of `destination` below `own_address`; empty when there is none. Further
/// segments are the payer's affair.
std::string_view stream_segment(std::string_view own_address, std::string_view destination);

} // namespace codius::net
