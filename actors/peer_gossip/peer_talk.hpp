#pragma once
#include "messages/peer.hpp"
#include "net/asio.hpp"
#include "net/http/client.hpp"

#include <functional>

namespace codius::actors {

/// One HTTP request; `net::fetch`, or what a test has in its place.
using peer_fetch
  = std::function<asio::awaitable<result<net::http_response>>(net::http_client_request)>;

/// How this host talks to others.
struct peer_manners {
  std::string own_uri; ///< as configured: the original compares texts
  bool dev = false;    ///< any address will do
  std::chrono::milliseconds timeout{3000};
  size_t most_info = 64 << 10;   ///< octets of an answer to GET /info
  size_t most_peers = 256 << 10; ///< octets of an answer to POST /peers/discover
  net::name_look_up look_up;     ///< empty: the executor's own
};

/// The request that a contact is; in the form that hosts of 2018 understand.
net::http_client_request peer_request(const peer_manners& how, const peer_contact& contact);
/// What the answer to it, or the lack of one, is worth.
contact_outcome read_peer_answer(const peer_contact& contact,
                                 const result<net::http_response>& answer);

/// Does the whole of it. Never fails: what went wrong is in the outcome.
asio::awaitable<result<contact_outcome>> ask_peer(peer_fetch fetch, peer_manners how,
                                                  peer_contact contact);

} // namespace codius::actors
