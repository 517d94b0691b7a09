#pragma once
#include "net/http/head.hpp"

#include <string>
#include <string_view>

// What a pod and a client get to see of each other's heads. Pure.

namespace codius::net {

/// What the proxy tells a pod about a request's way.
struct request_origin {
  std::string_view peer_ip;
  std::string_view scheme = "http"; ///< of the host's public address
  bool trust_forwarded = false;     ///< the peer is our own TLS proxy: keep what it says
};

/// The head to send to the pod, in HTTP/1.1 with the same kind of body framing. Left out: fields of
/// the connection, also those that Connection names, and `Proxy`; X-Forwarded-For, -Proto, -Host
/// and Via are set anew. Repeated slashes of the path become one, as the original host had it.
/// `upgrade` not empty: a handshake for these protocols.
std::string request_for_pod(const request_head& head, const request_origin& origin,
                            std::string_view upgrade);

/// The protocols of an Upgrade field that may be asked of a pod: all but HTTP/2 in the clear,
/// which the proxy would not understand. Only for GET without a body.
std::string upgrade_for_pod(const request_head& head);

/// How the client gets the pod's answer.
struct response_route {
  unsigned client_minor = 1;
  bool close = false; ///< the connection ends with this answer
};

struct client_head {
  std::string text;
  body_framing framing; ///< how the body must be sent: as it comes, in chunks, until close
  bool close = false;   ///< the client was told that the connection ends
};
/// The head to send to the client.
client_head response_for_client(const response_head& head, const response_route& to);

/// A 1xx head for the client; for 101 with its Connection and Upgrade fields.
std::string interim_for_client(const response_head& head);

} // namespace codius::net
