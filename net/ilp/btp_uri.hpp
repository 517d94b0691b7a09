#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace codius::net {

/// Where a BTP parent listens, and how to log in. Holds a secret: never log it.
struct btp_uri {
  bool tls = false;
  std::string username; ///< may be empty; percent-encoded
  std::string token;    ///< percent-encoded
  std::string host;     ///< without brackets
  uint16_t port = 0;
  std::string path = "/"; ///< with the query, if any
  bool operator==(const btp_uri&) const = default;
};

/// Reads `btp+ws://user:token@host:port/path`, or `btp+wss:`. User and token stay percent-encoded,
/// and what JavaScript's URL class would encode in them is encoded, because deployed children send
/// and hash that form. Errors: `invalid`; the detail never shows the URL.
result<btp_uri> parse_btp_uri(std::string_view text);

} // namespace codius::net
