#pragma once
#include "messages/error.hpp"
#include "net/http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace codius::net {

/// Octets of the longest URI, and pairs of the longest query, that are looked at.
inline constexpr size_t max_uri_bytes = 8192;
inline constexpr size_t max_query_pairs = 256;

/// An absolute http or https URI in parts.
struct http_uri {
  bool tls = false;
  std::string host;         ///< lower case; an IPv6 literal without its brackets
  uint16_t port = 0;        ///< never 0: the scheme's default is filled in
  std::string target = "/"; ///< path and query as written, begins with '/'

  /// As in a Host field: brackets where needed, the port only where it is not the default.
  std::string authority() const;
  /// Scheme and authority, e.g. "https://example.com:8443".
  std::string origin() const { return (tls ? "https://" : "http://") + authority(); }
  bool operator==(const http_uri&) const = default;
};

/// Takes an absolute URI apart; a fragment is dropped. Errors: `malformed` for another scheme, user
/// information, an empty or impossible host, a port outside 1–65535, blanks, controls or octets
/// outside ASCII, or more than `max_uri_bytes`. Source: RFC 3986 §3, RFC 9110 §4.2.
result<http_uri> parse_http_uri(std::string_view text);

/// True for `localhost` and every name below it: they mean this machine, whatever the DNS says
/// (RFC 6761, section 6.3). `host` is in lower case.
bool is_localhost(std::string_view host);

/// A `host[:port]` as in a Host field. `port` is 0 when there is none.
struct host_and_port {
  std::string_view host; ///< borrows; an IPv6 literal with its brackets
  uint16_t port = 0;
};
/// Errors: `malformed`. Source: RFC 9110 §7.2.
result<host_and_port> parse_authority(std::string_view text);

/// Replaces every `%XX`. Errors: `malformed` for an incomplete or non-hex escape, an escaped NUL,
/// or an outcome that is not UTF-8.
result<std::string> percent_decode(std::string_view text);

/// The pairs of `a=1&b=&c` (without the `?`); `+` is a blank. Errors: `malformed` as in
/// `percent_decode`, `too_large` for more than `max_query_pairs`.
result<query_list> parse_query(std::string_view text);

} // namespace codius::net
