#include "net/ilp/stream_table.hpp"

#include "net/ilp/stream_math.hpp"

namespace codius::net {

namespace {

constexpr size_t eviction_search = 64;

uint64_t ticks(std::chrono::seconds s) { return static_cast<uint64_t>(s.count()); }

} // namespace

std::shared_ptr<stream_entry> stream_table::find(std::string_view segment) const {
  const auto it = by_segment_.find(std::string{segment});
  return it == by_segment_.end() ? nullptr : *it->second;
}

void stream_table::touch(const stream_entry& entry) {
  const auto it = by_segment_.find(entry.segment);
  if (it == by_segment_.end() || it->second->get() != &entry)
    return;
  by_age_.splice(by_age_.end(), by_age_, it->second);
  (*it->second)->active_at = now_;
}

bool stream_table::add(const std::shared_ptr<stream_entry>& entry) {
  if (by_age_.size() >= limits_.connections && !make_room())
    return false;
  entry->active_at = now_;
  by_segment_[entry->segment] = by_age_.insert(by_age_.end(), entry);
  return true;
}

bool stream_table::make_room() {
  size_t looked_at = 0;
  for (auto it = by_age_.begin(); it != by_age_.end() && looked_at < eviction_search; ++it) {
    if (!(*it)->busy()) {
      drop(it);
      return true;
    }
    ++looked_at;
  }
  return false;
}

bool stream_table::expired(const stream_entry& entry) const {
  if (entry.connection.reserved())
    return false;
  return idle(entry) >= ticks(entry.expected() ? limits_.idle_collecting : limits_.idle);
}

void stream_table::tick() {
  ++now_;
  for (auto it = by_age_.begin(); it != by_age_.end() && idle(**it) >= ticks(limits_.idle);)
    it = expired(**it) ? drop(it) : std::next(it);
}

stream_table::order::iterator stream_table::drop(order::iterator it) {
  const auto entry = *it;
  if (const auto tag = tags_.find(entry->tag); tag != tags_.end() && tag->second.payer == entry)
    tags_.erase(tag);
  by_segment_.erase(entry->segment);
  return by_age_.erase(it);
}

std::shared_ptr<stream_entry> stream_table::payer(const std::string& tag) const {
  const auto it = tags_.find(tag);
  return it == tags_.end() ? nullptr : it->second.payer;
}

bool stream_table::taken_by_other(const stream_entry& entry) const {
  const auto other = payer(entry.tag);
  if (!other || other.get() == &entry)
    return false;
  if (other->connection.reserved())
    return true;
  if (!other->paying())
    return false;
  return other->expected() || idle(*other) < ticks(limits_.replaceable);
}

void stream_table::claim(const std::shared_ptr<stream_entry>& entry) {
  tags_[entry->tag].payer = entry;
}

void stream_table::credited(const std::string& tag, uint64_t amount) {
  if (const auto it = tags_.find(tag); it != tags_.end())
    it->second.received = saturating_add(it->second.received, amount);
}

uint64_t stream_table::received(const std::string& tag) const {
  const auto it = tags_.find(tag);
  return it == tags_.end() ? 0 : it->second.received;
}

} // namespace codius::net
