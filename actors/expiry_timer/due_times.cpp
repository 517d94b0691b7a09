#include "actors/expiry_timer/due_times.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

/// Fewer entries than these are not worth a clearing.
constexpr size_t small_heap = 64;

} // namespace

void due_times::set(std::string_view id, utc_time due) {
  const auto which = place_of(id);
  push({due, which, ++places_[which].version});
  tidy();
}

void due_times::erase(std::string_view id) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end())
    return;
  vacate(at->second);
  tidy();
}

std::optional<std::string> due_times::take_due(utc_time now) {
  if (heap_.empty() || heap_.front().due > now)
    return std::nullopt;
  const auto which = heap_.front().place;
  auto id = places_[which].id;
  vacate(which);
  tidy();
  return id;
}

std::optional<utc_time> due_times::earliest() const {
  return heap_.empty() ? std::nullopt : std::optional{heap_.front().due};
}

uint32_t due_times::place_of(std::string_view id) {
  if (const auto at = by_id_.find(id); at != by_id_.end())
    return at->second;
  auto which = static_cast<uint32_t>(places_.size());
  if (vacant_.empty()) {
    places_.emplace_back();
  } else {
    which = vacant_.back();
    vacant_.pop_back();
  }
  places_[which].id = id;
  by_id_.emplace(places_[which].id, which);
  return which;
}

void due_times::vacate(uint32_t which) {
  by_id_.erase(places_[which].id);
  ++places_[which].version; // its entry in the heap is of nobody now
  vacant_.push_back(which);
}

void due_times::push(entry e) {
  heap_.push_back(e);
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void due_times::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  heap_.pop_back();
}

void due_times::tidy() {
  while (!heap_.empty() && !is_live(heap_.front()))
    pop();
  if (heap_.size() <= small_heap || heap_.size() <= 2 * by_id_.size())
    return;
  std::erase_if(heap_, [this](const entry& e) { return !is_live(e); });
  std::make_heap(heap_.begin(), heap_.end(), later);
}

} // namespace codius::actors
