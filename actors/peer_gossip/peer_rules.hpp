#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace codius::actors {

/// How a host gossips. Times that grow are counted in rounds, so that one setting scales them all.
///
/// What a host knows for sure it must have asked lately, so knowledge costs requests: `fresh` peers
/// that are each asked once in `rotation` rounds. Both are fixed, hence so is the cost of a round,
/// however many hosts there are; a larger network shows each of its hosts another random part.
struct peer_rules {
  std::chrono::milliseconds interval{5000}; ///< of a round, a quarter more or less
  bool dev = false;                         ///< peers may be http, and at any address

  size_t fresh = 100;    ///< peers that are known, not counting bootstrap peers
  size_t exchanges = 5;  ///< random peers that are told and asked for others in a round
  size_t rotation = 12;  ///< rounds within which each peer is asked at least once
  size_t newcomers = 6;  ///< names heard of that are asked in a round …
  size_t spare_newcomers = 4; ///< … and when all places are taken
  size_t bootstrap_until = 16; ///< healthy peers with which bootstrap peers are left in peace
  size_t peers_at_once = 6;     ///< requests under way to peers …
  size_t strangers_at_once = 4; ///< … and to newcomers, which cannot hold up the others

  unsigned failures_to_hide = 2;   ///< in a row, from which on others are not told of a peer
  unsigned failures_to_forget = 4; ///< in a row, while others do answer
  size_t longest_back_off = 24;    ///< rounds between two tries of a bootstrap peer

  size_t most_heard = 1000;    ///< names of one message that are looked at
  size_t most_waiting = 96;    ///< names heard of and not asked yet, on each of two lists …
  size_t most_from_one = 32;   ///< … and from one source
  size_t most_spare = 8;       ///< the same two when all places are taken: the lists are short …
  size_t most_spare_from_one = 2; ///< … so that what is on them is fresh
  size_t most_from_site = 8;   ///< known or waiting of one site, e.g. *.example.com
  size_t most_refused = 2000;  ///< names that were no good, remembered not to be asked again
  int first_refusal = 24;        ///< rounds until such a name may be heard of again; doubles each time
  std::chrono::milliseconds longest_refusal{std::chrono::hours{24}};
  std::chrono::milliseconds liar_refusal{std::chrono::hours{1}};
  unsigned tips_to_judge = 24; ///< bad names from one peer, from which on it may be a liar
};

/// Requests under way to so many known peers: more with longer lists.
inline size_t peers_at_once(size_t known) {
  return std::clamp(known / 16, peer_rules{}.peers_at_once, size_t{64});
}

/// What an operator may change while the host runs.
struct peer_wishes {
  std::chrono::milliseconds interval{5000};
  size_t known = 100;
  std::vector<std::string> bootstrap; ///< the setting
  bool operator==(const peer_wishes&) const = default;
};

/// What the list of peers never exceeds, bootstrap peers and all.
inline constexpr size_t most_known_peers = 10'000;
/// What one answer tells of them.
inline constexpr size_t most_told_peers = 1000;

} // namespace codius::actors
