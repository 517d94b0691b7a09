#pragma once
#include "messages/error.hpp"
#include "messages/event.hpp"
#include "messages/time.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace codius {

// Other hosts, and what is said about them. A peer's name is its public URI reduced to the origin:
// "https://host" or "https://host:port", lower case, at most 255 octets.

/// Up to `most` of the peers that can be shown to others, without waiting for any of them.
/// Reply: `peer_list`.
struct get_peers {
  size_t most = 1000;
};
struct peer_list {
  std::vector<std::string> uris; ///< all in the order of their arrival, or a random sample
  size_t known = 0;              ///< how many there are
};

/// What another host, or anybody, says in POST /peers/discover. Reply: `peer_list` as it was
/// before; what was offered is looked at afterwards. Errors: `rejected` while this host does not
/// take part in gossip.
struct discover_peers {
  std::vector<std::string> offered; ///< as received; what is no peer's name is passed over
  std::string source;               ///< who offers: the client's address
};

enum class peer_state : uint8_t {
  untried, ///< a bootstrap peer that was not asked yet
  healthy, ///< answered when it was asked last, under its own name
  failing, ///< did not, and is asked ever more rarely until it does or is forgotten
};
const char* to_string(peer_state s) noexcept;

/// One peer as an operator sees it.
struct peer_view {
  std::string uri;
  peer_state state = peer_state::untried;
  bool bootstrap = false;             ///< kept for ever, whatever happens
  std::chrono::seconds age{0};        ///< since it became known
  std::chrono::seconds silent_for{0}; ///< since it last answered; since it became known if never
  uint32_t failures = 0;              ///< in a row
};

/// All that is known about peers. Reply: `peer_table`.
struct get_peer_table {};
struct peer_table {
  std::vector<peer_view> peers;
  size_t waiting = 0; ///< names heard of and not asked yet
  size_t refused = 0; ///< names that will not be asked for a while
  size_t asking = 0;  ///< requests under way
};

/// Adds a bootstrap peer, or makes a known peer one; kept across restarts. Reply: `peer_view`.
/// Errors: `invalid` for what is no peer's name here, or this host itself.
struct add_peer {
  std::string uri;
};
/// Forgets a peer, a bootstrap peer too, and will not hear of it for a day. One of the setting
/// `bootstrap_peers` is back after a restart. Reply: `peer_view`, as it was. Errors: `not_found`.
struct remove_peer {
  std::string uri;
};

/// A peer as it outlives a restart.
struct kept_peer {
  std::string uri;
  bool bootstrap = false; ///< by `add_peer`; those of the setting are not written down
  utc_time known_since{};
  utc_time last_good{};
  bool operator==(const kept_peer&) const = default;
};
/// Reply: `kept_peers`.
struct get_kept_peers {};
struct kept_peers {
  std::vector<kept_peer> all; ///< in the order of their arrival
};
/// Replaces all that was kept; `notes` become events in the same transaction. Reply: `peers_kept`.
struct keep_peers {
  std::vector<kept_peer> all;
  std::vector<event_note> notes = {};
};
struct peers_kept {};

/// One request to another host.
struct peer_contact {
  enum class kind : uint8_t {
    check,    ///< GET /info: does it answer, and to this name?
    exchange, ///< POST /peers/discover: here am I, whom do you know?
  };
  kind what = kind::check;
  std::string uri;
  std::string source; ///< who told of it, for a check of a newcomer
};
/// What became of it.
struct contact_outcome {
  enum class kind : uint8_t {
    good,
    unreachable, ///< no answer, or none to this question: may be better later
    wrong,       ///< an answer that no honest host gives: another name, not JSON, too much of it
    not_asked,   ///< this host had no means to ask
  };
  kind how = kind::unreachable;
  std::vector<std::string> offered; ///< of a good exchange, as received
  std::string why;                  ///< for the log
};
/// INTERNAL: a request to a peer has ended.
struct peer_answered {
  peer_contact contact;
  contact_outcome outcome;
};

} // namespace codius
