#include "actors/peer_gossip/peer_book.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

using std::chrono::milliseconds;

// Bootstrap peers are the operator's word; more than this is a mistake.
constexpr size_t most_bootstraps = 1000;
// Names of the operator's that are not wanted any more.
constexpr milliseconds removed_for = std::chrono::hours{24};

template <class Duration>
std::chrono::seconds whole_seconds(Duration d) {
  return std::max(std::chrono::floor<std::chrono::seconds>(d), std::chrono::seconds{0});
}

std::string own_name(const std::string& uri) {
  const auto name = read_peer_name(uri, true);
  return name ? name->uri : uri;
}

} // namespace

peer_book::peer_book(peer_rules rules, const std::string& own_uri, uint64_t seed)
  : rules_(rules), own_(own_name(own_uri)), luck_(seed), salt_(luck_.next()) {
  rules_.fresh = std::min(rules_.fresh, most_known_peers - most_bootstraps);
}

void peer_book::set_places(size_t known) {
  rules_.fresh = std::min(known, most_known_peers - most_bootstraps);
  rules_.peers_at_once = peers_at_once(known);
}

peer_book::peer* peer_book::find(const std::string& uri) const {
  const auto at = by_uri_.find(uri);
  return at == by_uri_.end() ? nullptr : at->second;
}

peer_book::peer& peer_book::insert(peer_name name, utc_time now) {
  auto& p = *all_.emplace_back(std::make_unique<peer>());
  p.uri = std::move(name.uri);
  p.site = text_hash(name.site);
  p.rank = rank_of(p.uri);
  p.known_since = now;
  by_uri_.emplace(p.uri, &p);
  return p;
}

void peer_book::forget(const peer& p) {
  changed_ = true;
  bootstraps_ -= p.bootstrap ? 1 : 0;
  peers_asked_ -= p.asking ? 1 : 0; // its answer will find nobody
  by_uri_.erase(p.uri);
  std::erase_if(all_, [&](const auto& one) { return one.get() == &p; });
}

// --- what the operator says ----------------------------------------------------------------------

result<peer_view> peer_book::add_bootstrap(const std::string& text, bool kept, utc_time now) {
  auto name = read_peer_name(text, rules_.dev);
  if (!name)
    return name.error();
  if (name->uri == own_)
    return error{errc::invalid, "this is the host itself"};
  auto* p = find(name->uri);
  if ((p == nullptr || !p->bootstrap) && bootstraps_ >= most_bootstraps)
    return error{errc::invalid, "there are too many bootstrap peers"};
  if (p == nullptr)
    p = &insert(*name, now);
  bootstraps_ += p->bootstrap ? 0 : 1;
  p->bootstrap = true;
  p->kept_bootstrap = p->kept_bootstrap || kept;
  changed_ = true;
  refused_.erase(p->uri);
  return view(*p, now);
}

result<peer_view> peer_book::remove(const std::string& text, utc_time now) {
  const auto name = read_peer_name(text, true);
  const auto* p = name ? find(name->uri) : nullptr;
  if (p == nullptr)
    return error{errc::not_found, "no such peer is known"};
  const auto out = view(*p, now);
  forget(*p);
  refuse(out.uri, removed_for, now);
  return out;
}

void peer_book::restore(const std::vector<kept_peer>& all, utc_time now) {
  for (const auto& k : all) {
    // The rules may be others than when it was written: no development any more, say.
    auto name = read_peer_name(k.uri, rules_.dev);
    if (!name || name->uri == own_ || (k.bootstrap && bootstraps_ >= most_bootstraps))
      continue;
    auto* p = find(name->uri);
    if (p == nullptr && is_full() && !k.bootstrap)
      continue;
    if (p == nullptr)
      p = &insert(*name, now);
    p->known_since = std::min(k.known_since, now);
    p->last_good = std::min(k.last_good, now);
    p->answered = k.last_good > utc_time{};
    if (!k.bootstrap)
      continue;
    bootstraps_ += p->bootstrap ? 0 : 1;
    p->bootstrap = p->kept_bootstrap = true;
  }
}

// --- what strangers say --------------------------------------------------------------------------

void peer_book::hear(const std::vector<std::string>& names, const std::string& source,
                     utc_time now) {
  note_names(announced_, names, source, now);
}

void peer_book::note_names(waiting_list& where, const std::vector<std::string>& names,
                           const std::string& source, utc_time now) {
  const auto looked_at = std::min(names.size(), rules_.most_heard);
  auto wanted = where.places_for(source);
  if (looked_at == 0 || wanted == 0)
    return;
  // From a random place on, or the names at the end of long lists would never be seen.
  const auto from = luck_.below(names.size());
  auto in_vain = wanted; // names that are read for nothing, at the most
  for (size_t i = 0; i < looked_at && in_vain > 0 && wanted > 0; ++i) {
    const auto& text = names[(from + i) % names.size()];
    // Peers tell of many. With all places taken only the core still gains from it; this comes first
    // because it costs least.
    if (&where == &told_of_ && rank_of(text) >= core_rank_)
      continue;
    if (find(text) != nullptr || text == own_)
      continue;
    --in_vain;
    auto name = read_peer_name(text, rules_.dev);
    if (!name || name->uri == own_ || find(name->uri) != nullptr || refused_.has(name->uri, now)
        || strangers_under_way_.contains(name->uri))
      continue;
    const auto site = text_hash(name->site);
    if (announced_.has(name->uri) || told_of_.has(name->uri)
        || announced_.count_site(site) + told_of_.count_site(site) + count_site(site)
             >= rules_.most_from_site)
      continue;
    const auto rank = &where == &told_of_ ? rank_of(name->uri) : turn_of(source);
    if (where.add(std::move(*name), source, rank)) {
      --wanted;
      ++in_vain;
    }
  }
}

size_t peer_book::count_site(size_t site) const {
  return static_cast<size_t>(std::count_if(all_.begin(), all_.end(), [&](const auto& p) {
    return p->site == site && !p->bootstrap;
  }));
}

// --- what is told --------------------------------------------------------------------------------

bool peer_book::is_told(const peer& p) const {
  return (p.answered || p.bootstrap) && p.failures < rules_.failures_to_hide;
}

size_t peer_book::told_count() const {
  return static_cast<size_t>(
    std::count_if(all_.begin(), all_.end(), [&](const auto& p) { return is_told(*p); }));
}

std::vector<std::string> peer_book::told(size_t most) {
  std::vector<const peer*> chosen;
  chosen.reserve(all_.size());
  for (const auto& p : all_)
    if (is_told(*p))
      chosen.push_back(p.get());
  if (chosen.size() >= most)
    luck_.sample(chosen, most);
  std::vector<std::string> out;
  out.reserve(chosen.size());
  for (const auto* p : chosen)
    out.push_back(p->uri);
  return out;
}

peer_view peer_book::view(const peer& p, utc_time now) const {
  const auto heard = p.answered ? p.last_good : p.known_since;
  const auto state = p.failures > 0 ? peer_state::failing
                     : p.answered   ? peer_state::healthy
                                    : peer_state::untried;
  return {p.uri, state, p.bootstrap, whole_seconds(now - p.known_since), whole_seconds(now - heard),
          p.failures};
}

peer_table peer_book::table(utc_time now) const {
  peer_table out;
  for (const auto& p : all_)
    out.peers.push_back(view(*p, now));
  out.waiting = announced_.size() + told_of_.size() + strangers_.size();
  out.refused = refused_.count(now);
  out.asking = peers_asked_ + strangers_asked_;
  return out;
}

std::vector<kept_peer> peer_book::kept() const {
  std::vector<kept_peer> out;
  for (const auto& p : all_)
    if (p->answered || p->kept_bootstrap)
      out.push_back({p->uri, p->kept_bootstrap, p->known_since, p->last_good});
  return out;
}

} // namespace codius::actors
