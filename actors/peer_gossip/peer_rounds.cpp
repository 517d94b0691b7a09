// Whom to ask in a round.
#include "actors/peer_gossip/peer_book.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

using std::chrono::milliseconds;

// Bootstrap peers are in everybody's book: each asks them this much more rarely than others.
constexpr int bootstrap_patience = 8;

} // namespace

milliseconds peer_book::pause() {
  const auto time = std::chrono::duration<double, std::milli>{rules_.interval};
  return std::chrono::duration_cast<milliseconds>(time * (0.75 + luck_.part() / 2));
}

void peer_book::begin_round(utc_time now) {
  planned_.clear(); // what the last round had no time for shows as not asked for longest
  choose_newcomers();
  const auto exchanges = choose_exchanges(now);
  auto checks = choose_checks(now);
  std::erase_if(checks, [&](const peer* p) {
    return std::find(exchanges.begin(), exchanges.end(), p) != exchanges.end();
  });
  plan(exchanges, peer_contact::kind::exchange);
  plan(checks, peer_contact::kind::check);
  plan(choose_retries(now), peer_contact::kind::check);
}

void peer_book::plan(const std::vector<peer*>& which, peer_contact::kind what) {
  for (const auto* p : which)
    planned_.push_back({what, p->uri, {}});
}

/// Random ones of those that answer.
std::vector<peer_book::peer*> peer_book::choose_exchanges(utc_time now) {
  size_t healthy = 0;
  for (const auto& p : all_)
    healthy += !p->bootstrap && p->failures == 0 ? 1 : 0;
  const auto patience = rules_.interval * static_cast<int>(rules_.rotation) * bootstrap_patience;
  std::vector<peer*> out;
  for (const auto& p : all_)
    if (p->failures == 0 && !p->asking
        && (!p->bootstrap || healthy < rules_.bootstrap_until || now - p->last_asked > patience))
      out.push_back(p.get());
  luck_.sample(out, rules_.exchanges);
  return out;
}

size_t peer_book::checks_a_round() const {
  return (all_.size() - bootstraps_ + rules_.rotation - 1) / rules_.rotation;
}

/// Those that were not asked for longest. Newcomers that take the places of others save as many
/// checks of those.
std::vector<peer_book::peer*> peer_book::choose_checks(utc_time now) {
  const auto patience = rules_.interval * static_cast<int>(rules_.rotation) * bootstrap_patience;
  std::vector<peer*> out;
  for (const auto& p : all_)
    if (p->failures == 0 && !p->asking && (!p->bootstrap || now - p->last_asked > patience))
      out.push_back(p.get());
  const auto saved = is_full() ? strangers_.size() : 0;
  const auto wanted = std::max(checks_a_round(), saved + 1) - saved;
  const auto n = std::min(out.size(), wanted);
  std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(n), out.end(),
                    [](const peer* a, const peer* b) { return a->last_asked < b->last_asked; });
  out.resize(n);
  return out;
}

/// Those that did not answer and whose time has come.
std::vector<peer_book::peer*> peer_book::choose_retries(utc_time now) {
  std::vector<peer*> out;
  for (const auto& p : all_)
    if (p->failures > 0 && !p->asking && p->due <= now)
      out.push_back(p.get());
  std::sort(out.begin(), out.end(), [](const peer* a, const peer* b) { return a->due < b->due; });
  out.resize(std::min(out.size(), std::max(rules_.newcomers, checks_a_round())));
  return out;
}

/// From either list in turn.
void peer_book::choose_newcomers() {
  const bool full = is_full();
  find_core();
  ++round_;
  announced_.begin_round(full);
  told_of_.begin_round(full);
  const auto wanted = full ? rules_.spare_newcomers : rules_.newcomers;
  while (strangers_.size() < wanted && announced_.size() + told_of_.size() > 0) {
    announced_next_ = !announced_next_;
    if (auto one = (announced_next_ ? announced_ : told_of_).take())
      strangers_.push_back(std::move(*one));
  }
}

std::optional<peer_contact> peer_book::next() {
  while (peers_asked_ < rules_.peers_at_once && !planned_.empty()) {
    auto out = std::move(planned_.front());
    planned_.pop_front();
    auto* p = find(out.uri);
    if (p == nullptr || p->asking)
      continue;
    p->asking = true;
    ++peers_asked_;
    return out;
  }
  while (strangers_asked_ < rules_.strangers_at_once && !strangers_.empty()) {
    auto one = std::move(strangers_.front());
    strangers_.pop_front();
    auto uri = one.name.uri;
    if (find(uri) != nullptr || !strangers_under_way_.emplace(uri, std::move(one.name)).second)
      continue;
    ++strangers_asked_;
    return peer_contact{peer_contact::kind::check, std::move(uri), std::move(one.source)};
  }
  return std::nullopt;
}

} // namespace codius::actors
