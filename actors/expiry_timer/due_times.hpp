#pragma once
#include "messages/time.hpp"

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codius::actors {

/// The due times of up to 2^32 - 1 pods, earliest first; those due at once come in any order. Time
/// is handed in. A heap in which a moved or erased entry stays until it comes up or until half of
/// the heap is such: entering and moving cost a push, and memory is at most twice what is needed.
class due_times {
public:
  /// Enters `id`, or moves it.
  void set(std::string_view id, utc_time due);
  /// Does nothing for an id that is not here.
  void erase(std::string_view id);
  /// Takes one id that is due at `now`.
  std::optional<std::string> take_due(utc_time now);
  std::optional<utc_time> earliest() const;
  size_t size() const { return by_id_.size(); }

private:
  struct place {
    std::string id;
    uint32_t version = 0; ///< of its live entry
  };
  struct entry {
    utc_time due;
    uint32_t place;
    uint32_t version;
  };

  static bool later(const entry& a, const entry& b) { return a.due > b.due; }
  bool is_live(const entry& e) const { return places_[e.place].version == e.version; }
  uint32_t place_of(std::string_view id);
  void vacate(uint32_t which);
  void push(entry e);
  void pop();
  /// The first entry is a live one, and at least half of them are, whenever nobody is in here.
  void tidy();

  std::vector<entry> heap_;
  std::deque<place> places_; ///< never move: `by_id_` has views of their ids
  std::vector<uint32_t> vacant_;
  absl::flat_hash_map<std::string_view, uint32_t> by_id_;
};

} // namespace codius::actors
