// What an operator changes while the host runs.
#include "actors/peer_gossip/peer_book.hpp"

#include <algorithm>

namespace codius::actors {

void peer_book::follow(const peer_wishes& wishes, utc_time now) {
  rules_.interval = wishes.interval;
  set_places(wishes.known);
  for (const auto& p : all_)
    if (p->bootstrap && !p->kept_bootstrap
        && std::find(wishes.bootstrap.begin(), wishes.bootstrap.end(), p->uri)
             == wishes.bootstrap.end()) {
      p->bootstrap = false; // as any other from now on
      --bootstraps_;
      changed_ = true;
    }
  for (const auto& uri : wishes.bootstrap)
    (void)add_bootstrap(uri, false, now); // the host itself, say, is passed over
  // With fewer places those go that the host would part with anyway.
  while (all_.size() - bootstraps_ > rules_.fresh) {
    const auto last = std::max_element(all_.begin(), all_.end(), [](const auto& a, const auto& b) {
      return std::tuple{!a->bootstrap, a->failures > 0, a->rank}
             < std::tuple{!b->bootstrap, b->failures > 0, b->rank};
    });
    forget(**last);
  }
  find_core();
}

} // namespace codius::actors
