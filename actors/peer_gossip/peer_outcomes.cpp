// What becomes of a peer that was asked.
#include "actors/peer_gossip/peer_book.hpp"

#include <algorithm>
#include <bit>

namespace codius::actors {

using std::chrono::milliseconds;

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

} // namespace codius::actors
