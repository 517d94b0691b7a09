#pragma once
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace codius::actors {

/// A peer's name as it is compared, kept and passed on: the origin of its public URI.
struct peer_name {
  std::string uri;  ///< "https://host" or "https://host:port", lower case
  std::string site; ///< who is answerable for it: the registered domain, roughly, or the address
};

/// Reads a peer's name. Errors: `invalid` for more than 255 octets, anything but scheme, host and
/// port (one trailing slash is forgiven), http, a literal address that is not public, a name for
/// this machine, a number posing as a name, or a port below 1024 other than 443. In development
/// mode http and any host and port will do. A good name may still resolve to a bad address: that is
/// seen to when it is connected to.
result<peer_name> read_peer_name(std::string_view text, bool dev);

} // namespace codius::actors
