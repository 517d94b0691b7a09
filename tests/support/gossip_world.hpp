#pragma once
#include "actors/peer_gossip/peer_book.hpp"

#include <queue>
#include <tuple>

namespace codius::tests {

/// Many hosts on a simulated network and clock, each with the real gossip policy: what is simulated
/// is only how long an answer takes, and whether one comes. Deterministic for a seed.
class gossip_world {
public:
  struct settings {
    size_t hosts = 100;
    size_t bootstraps = 3; ///< the first so many are in everybody's setting
    double loss = 0.01;    ///< part of the requests that fail without anybody's fault
    uint64_t seed = 1;
    actors::peer_rules rules;
  };

  explicit gossip_world(settings how) : how_(how), luck_(how.seed) {
    for (size_t i = 0; i < how_.hosts; ++i)
      (void)add_host();
  }

  /// A host that begins now, knowing the bootstrap peers alone.
  size_t add_host() {
    const auto id = hosts_.size();
    auto& h = hosts_.emplace_back();
    h.uri = name_of(id);
    by_uri_.emplace(h.uri, id);
    h.book = std::make_unique<actors::peer_book>(how_.rules, h.uri, luck_.next());
    for (size_t b = 0; b < how_.bootstraps; ++b)
      (void)h.book->add_bootstrap(name_of(b), false, now_);
    schedule(now_ + h.book->pause() / 4, {id, {}, true});
    return id;
  }

  void kill(size_t id) { hosts_[id].alive = false; }
  /// From now on all its requests fail, or do not.
  void cut_off(size_t id, bool yes) { hosts_[id].cut_off = yes; }

  void run_rounds(size_t n) {
    const auto end = now_ + how_.rules.interval * static_cast<int>(n);
    while (!events_.empty() && events_.top().at <= end) {
      auto e = events_.top();
      events_.pop();
      now_ = e.at;
      if (hosts_[e.what.host].alive)
        handle(e.what);
    }
    now_ = end;
  }

  size_t size() const { return hosts_.size(); }
  bool alive(size_t id) const { return hosts_[id].alive; }
  actors::peer_book& book(size_t id) { return *hosts_[id].book; }
  const std::string& uri(size_t id) const { return hosts_[id].uri; }
  utc_time now() const { return now_; }

  /// Living and dead hosts that `id` knows, bootstrap peers not among the dead: they are for ever.
  struct knowledge {
    size_t live = 0, dead = 0;
  };
  knowledge knows(size_t id) const {
    knowledge out;
    for (const auto& p : hosts_[id].book->table(now_).peers) {
      const auto peer = by_uri_.at(p.uri);
      if (hosts_[peer].alive)
        out.live += p.state == peer_state::healthy ? 1 : 0;
      else
        out.dead += p.bootstrap ? 0 : 1;
    }
    return out;
  }
  /// The fewest living and the most dead that any living host knows.
  knowledge worst() const {
    knowledge out{hosts_.size(), 0};
    for (size_t id = 0; id < hosts_.size(); ++id)
      if (hosts_[id].alive) {
        const auto k = knows(id);
        out.live = std::min(out.live, k.live);
        out.dead = std::max(out.dead, k.dead);
      }
    return out;
  }
  /// How many living hosts tell others of `id`.
  size_t known_by(size_t id) {
    size_t out = 0;
    for (size_t i = 0; i < hosts_.size(); ++i)
      if (i != id && hosts_[i].alive)
        for (const auto& uri : hosts_[i].book->told(actors::most_told_peers))
          out += uri == hosts_[id].uri ? 1 : 0;
    return out;
  }

  /// HTTP octets, sent and received, since the last call: a host's mean, and the busiest host's.
  struct traffic {
    double mean = 0;
    uint64_t most = 0;
  };
  traffic take_traffic() {
    traffic out;
    for (auto& h : hosts_) {
      out.mean += static_cast<double>(h.octets) / static_cast<double>(hosts_.size());
      out.most = std::max(out.most, std::exchange(h.octets, 0));
    }
    return out;
  }

private:
  struct host {
    std::string uri;
    std::unique_ptr<actors::peer_book> book;
    bool alive = true;
    bool cut_off = false;
    uint64_t octets = 0;
  };
  struct event {
    size_t host;
    peer_contact contact;
    bool round;
  };
  struct timed_event {
    utc_time at;
    uint64_t order;
    event what;
    bool operator<(const timed_event& o) const {
      return std::tie(o.at, o.order) < std::tie(at, order); // the earliest is on top
    }
  };

  // Octets of what codiusd sends: request and answer with their heads, without the list of peers.
  static constexpr uint64_t check_octets = 110 + 700;
  static constexpr uint64_t exchange_octets = 260 + 330;
  static constexpr uint64_t octets_in_vain = 110;

  static std::string name_of(size_t id) {
    std::string digits;
    for (auto n = id; digits.empty() || n > 0; n /= 36)
      digits += "0123456789abcdefghijklmnopqrstuvwxyz"[n % 36];
    return "https://" + digits + ".x";
  }

  void schedule(utc_time at, event what) { events_.push({at, ++order_, std::move(what)}); }

  void handle(event& e) {
    auto& h = hosts_[e.host];
    if (e.round) {
      h.book->begin_round(now_);
      schedule(now_ + h.book->pause(), {e.host, {}, true});
    } else {
      h.book->finish(e.contact, answer(h, e.contact), now_);
      (void)h.book->take_news();
    }
    while (auto next = h.book->next()) {
      const auto to = by_uri_.find(next->uri);
      const bool heard = to != by_uri_.end() && hosts_[to->second].alive && !h.cut_off;
      const auto takes = std::chrono::milliseconds{heard ? 20 + luck_.below(180) : 3000};
      schedule(now_ + takes, {e.host, std::move(*next), false});
    }
  }

  contact_outcome answer(host& from, const peer_contact& contact) {
    const auto at = by_uri_.find(contact.uri);
    from.octets += octets_in_vain;
    if (at == by_uri_.end() || !hosts_[at->second].alive || from.cut_off
        || luck_.part() < how_.loss)
      return {contact_outcome::kind::unreachable, {}, "no answer"};
    auto& to = hosts_[at->second];
    from.octets -= octets_in_vain;
    contact_outcome out{contact_outcome::kind::good, {}, {}};
    uint64_t octets = check_octets;
    if (contact.what == peer_contact::kind::exchange) {
      octets = exchange_octets + from.uri.size() + 3;
      out.offered = to.book->told(actors::most_told_peers);
      for (const auto& uri : out.offered)
        octets += uri.size() + 3 + 11; // as long as a usual name of a host
      to.book->hear({from.uri}, "client " + from.uri, now_);
    }
    from.octets += octets;
    to.octets += octets;
    return out;
  }

  settings how_;
  actors::chance luck_;
  utc_time now_{std::chrono::milliseconds{1'700'000'000'000}};
  std::vector<host> hosts_;
  std::unordered_map<std::string, size_t> by_uri_;
  std::priority_queue<timed_event> events_;
  uint64_t order_ = 0;
};

} // namespace codius::tests
