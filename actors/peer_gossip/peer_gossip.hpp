#pragma once
#include "actors/peer_gossip/peer_book.hpp"
#include "actors/peer_gossip/peer_talk.hpp"
#include "messages/env.hpp"
#include "messages/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <optional>

namespace codius::actors {

struct gossip_deps {
  asio::any_io_executor io; ///< where requests to peers run: nothing that matters should share it
  env world;
  peer_rules rules;
  peer_manners manners;
  std::vector<std::string> bootstrap; ///< the setting
  /// What the operator wants at the moment, instead of what `rules` and `bootstrap` say; looked at
  /// each round, and when told to. Empty: nothing changes. Any thread.
  std::function<peer_wishes()> wishes;
  /// Whether this host may take part: false while it has not passed its own test. Any thread.
  std::function<bool()> may_gossip;
  peer_fetch fetch;
};

/// The hosts that this one knows. All decisions are `peer_book`'s; here are its clock, its requests
/// and its place in the store. No answer of this actor waits for another host.
class peer_gossip_state {
public:
  static constexpr const char* name = "codius.peer_gossip";

  explicit peer_gossip_state(peers_actor::pointer self) : self_(self) {}

  peers_actor::behavior_type make_behavior(gossip_deps deps);

private:
  void load();
  void next_round_in(std::chrono::milliseconds pause);
  bool follow_wishes();
  void on_tick();
  void ask_more();
  void save_sometimes();
  caf::result<peer_view> by_operator(const char* event,
                                     const std::function<result<peer_view>()>& change);
  void tell_news();
  result<peer_list> discover(const discover_peers& m);
  peer_list list(size_t most);

  peers_actor::pointer self_;
  gossip_deps deps_;
  std::optional<peer_book> book_;
  bool loaded_ = false;  ///< what an earlier process kept; nothing is saved before
  bool unsaved_ = false;
  std::optional<peer_wishes> followed_;
  caf::actor_clock::time_point round_due_{};
  size_t rounds_to_save_ = 1;
};

peers_actor::behavior_type peer_gossip(peers_actor::stateful_pointer<peer_gossip_state> self,
                                       gossip_deps deps);

} // namespace codius::actors
