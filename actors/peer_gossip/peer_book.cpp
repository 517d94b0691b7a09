#include "actors/peer_gossip/peer_book.hpp"

#include <algorithm>
#include <bit>

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

// --- what became of a request --------------------------------------------------------------------

void peer_book::finish(const peer_contact& contact, const contact_outcome& outcome, utc_time now) {
  auto* p = find(contact.uri);
  if (strangers_under_way_.contains(contact.uri) && !contact.source.empty()) {
    finish_newcomer(contact, outcome, now);
    return;
  }
  if (p == nullptr || !p->asking)
    return; // forgotten meanwhile
  p->asking = false;
  --peers_asked_;
  if (outcome.how == contact_outcome::kind::not_asked)
    return;
  p->last_asked = now;
  const bool good = outcome.how == contact_outcome::kind::good;
  outcomes_ = outcomes_ << 1 | (good ? 1 : 0);
  outcomes_known_ = std::min(outcomes_known_ + 1, 32u);
  if (good)
    succeed(*p, contact, outcome, now);
  else
    fail(*p, outcome, now);
}

void peer_book::succeed(peer& p, const peer_contact& contact, const contact_outcome& outcome,
                        utc_time now) {
  if (p.failures > 0 || !p.answered)
    note("peer.answers", p.uri, {});
  p.failures = 0;
  p.last_good = now;
  p.answered = true;
  if (contact.what == peer_contact::kind::exchange)
    note_names(told_of_, outcome.offered, contact.uri, now);
}

void peer_book::fail(peer& p, const contact_outcome& outcome, utc_time now) {
  ++p.failures;
  if (!p.bootstrap) {
    const bool over = outcome.how == contact_outcome::kind::wrong
                      || p.failures >= rules_.failures_to_forget;
    if (over && network_works()) {
      note("peer.forgotten", p.uri, outcome.why);
      const auto uri = p.uri;
      const bool lied = outcome.how == contact_outcome::kind::wrong;
      forget(p);
      refuse(uri, lied ? rules_.liar_refusal : rules_.interval * rules_.first_refusal, now);
      return;
    }
    // Nobody answers, so it is us who are cut off: nothing is held against anybody.
    p.failures = static_cast<uint16_t>(std::min<unsigned>(p.failures, rules_.failures_to_forget - 1));
  }
  p.failures = std::min<uint16_t>(p.failures, 10'000);
  const auto rounds = std::min(size_t{1} << std::min(p.failures - 1, 20), rules_.longest_back_off);
  const auto wait = std::chrono::duration<double, std::milli>{rules_.interval} * double(rounds)
                    * (0.75 + luck_.part() / 2);
  p.due = now + std::chrono::duration_cast<milliseconds>(wait);
  if (p.failures == 1)
    note("peer.failed", p.uri, outcome.why);
}

void peer_book::finish_newcomer(const peer_contact& contact, const contact_outcome& outcome,
                                utc_time now) {
  const auto name = std::move(strangers_under_way_.extract(contact.uri).mapped());
  --strangers_asked_;
  if (outcome.how == contact_outcome::kind::not_asked || find(name.uri) != nullptr)
    return;
  const bool good = outcome.how == contact_outcome::kind::good;
  // A stranger that fails says nothing about our own network; one that answers does.
  if (good) {
    outcomes_ = outcomes_ << 1 | 1;
    outcomes_known_ = std::min(outcomes_known_ + 1, 32u);
    refused_.erase(name.uri);
    (void)admit(name, now);
  } else {
    const bool wrong = outcome.how == contact_outcome::kind::wrong;
    refuse(name.uri, rules_.interval * rules_.first_refusal * (wrong ? 4 : 1), now);
  }
  judge_source(contact.source, good, now);
}

bool peer_book::admit(const peer_name& name, utc_time now) {
  if (count_site(text_hash(name.site)) >= rules_.most_from_site)
    return false;
  if (is_full() && !make_place())
    return false;
  auto& p = insert(name, now);
  p.answered = true;
  p.last_good = p.last_asked = now;
  changed_ = true;
  note("peer.joined", p.uri, {});
  return true;
}

/// Gives up one, at random, of those that are not of the core.
bool peer_book::make_place() {
  find_core();
  std::vector<const peer*> some;
  for (const auto& p : all_)
    if (!p->bootstrap && !p->asking && p->rank >= core_rank_)
      some.push_back(p.get());
  if (some.empty())
    return false;
  forget(*some[luck_.below(some.size())]);
  return true;
}

uint64_t peer_book::rank_of(const std::string& text) const {
  return chance{salt_ ^ text_hash(text)}.next();
}

/// When an announcement is looked at: everybody's first before anybody's second, and in each round
/// in another order, so that coming first, often or with thousands of names is of no use.
uint64_t peer_book::turn_of(const std::string& source) const {
  const auto before = std::min<uint64_t>(announced_.count_source(source), 15);
  return before << 60 | chance{rank_of(source) + round_}.next() >> 4;
}

void peer_book::find_core() {
  core_rank_ = ~uint64_t{0};
  if (!is_full())
    return;
  std::vector<uint64_t> ranks;
  for (const auto& p : all_)
    if (!p->bootstrap)
      ranks.push_back(p->rank);
  const auto middle = ranks.begin() + static_cast<std::ptrdiff_t>(ranks.size() / 2);
  std::nth_element(ranks.begin(), middle, ranks.end());
  core_rank_ = *middle;
}

/// A peer nearly all of whose tips are bad is no help, whatever its reasons.
void peer_book::judge_source(const std::string& source, bool good, utc_time now) {
  auto* p = find(source);
  if (p == nullptr || p->bootstrap || !network_works())
    return;
  ++(good ? p->good_tips : p->bad_tips);
  if (p->good_tips + p->bad_tips > 4 * static_cast<int>(rules_.tips_to_judge)) {
    p->good_tips /= 2;
    p->bad_tips /= 2;
  }
  if (p->bad_tips < rules_.tips_to_judge || p->good_tips * 8 >= p->bad_tips)
    return;
  note("peer.lied", p->uri, "nearly none of the peers that it names exists");
  told_of_.drop_source(source);
  std::erase_if(strangers_, [&](const auto& s) { return s.source == source; });
  forget(*p);
  refuse(source, rules_.liar_refusal, now);
}

void peer_book::refuse(const std::string& uri, milliseconds first, utc_time now) {
  refused_.add(uri, first, now);
}

void peer_book::note(const char* event, const std::string& uri, const std::string& why) {
  if (news_.size() < 64)
    news_.push_back({event, uri, why});
}

/// Whether the failures of the latest requests can be blamed on those who were asked.
bool peer_book::network_works() const {
  return std::popcount(outcomes_) * 8 >= static_cast<int>(outcomes_known_) && outcomes_ != 0;
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
