#include "actors/peer_gossip/waiting_list.hpp"

#include <algorithm>

namespace codius::actors {

bool waiting_list::has(const std::string& uri) const {
  const auto hash = text_hash(uri);
  return std::any_of(all_.begin(), all_.end(), [&](const item& i) {
    return i.uri == hash && i.what.name.uri == uri;
  });
}

size_t waiting_list::count_source(const std::string& source) const {
  const auto hash = text_hash(source);
  return static_cast<size_t>(
    std::count_if(all_.begin(), all_.end(), [&](const item& i) { return i.source == hash; }));
}

size_t waiting_list::count_site(size_t site) const {
  return static_cast<size_t>(
    std::count_if(all_.begin(), all_.end(), [&](const item& i) { return i.site == site; }));
}

size_t waiting_list::places_for(const std::string& source) const {
  const auto has = count_source(source);
  return has < from_one() ? from_one() - has : 0;
}

void waiting_list::begin_round(bool spare) {
  spare_ = spare;
  while (all_.size() > in_all())
    (void)take_at(highest());
}

bool waiting_list::add(peer_name name, const std::string& source, uint64_t rank) {
  if (has(name.uri) || places_for(source) == 0)
    return false;
  if (all_.size() >= in_all()) {
    const auto last = highest();
    if (last == all_.end() || last->rank <= rank)
      return false;
    (void)take_at(last);
  }
  const auto uri = text_hash(name.uri);
  const auto site = text_hash(name.site);
  all_.push_back({{std::move(name), source}, uri, site, text_hash(source), rank});
  return true;
}

std::vector<waiting_list::item>::iterator waiting_list::highest() {
  return std::max_element(all_.begin(), all_.end(),
                          [](const item& a, const item& b) { return a.rank < b.rank; });
}

std::optional<waiting_list::entry> waiting_list::take() {
  if (all_.empty())
    return std::nullopt;
  return take_at(std::min_element(all_.begin(), all_.end(), [](const item& a, const item& b) {
    return a.rank < b.rank;
  }));
}

waiting_list::entry waiting_list::take_at(std::vector<item>::iterator at) {
  auto out = std::move(at->what);
  if (at + 1 != all_.end())
    *at = std::move(all_.back());
  all_.pop_back();
  return out;
}

void waiting_list::drop_source(const std::string& source) {
  const auto hash = text_hash(source);
  std::erase_if(all_, [&](const item& i) { return i.source == hash; });
}

} // namespace codius::actors
