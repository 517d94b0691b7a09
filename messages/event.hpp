#pragma once
#include "messages/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace codius {

// The event log: what was changed of a pod, a payment or a setting, in the order in which it
// happened. Rows are only ever added, each in the transaction of the change that it tells of.

/// SHA-256 over the hash of the row before and this row's text (runtime/store/event_chain.hpp).
using event_hash = std::array<std::byte, 32>;

struct host_event {
  uint64_t seq = 0; ///< from 1 on, without gaps
  utc_time at{};
  std::string kind;    ///< "pod.created", "purchase.paid", "setting.changed", …
  std::string subject; ///< a pod's hash, a setting, a peer, or the mark of a pay token
  std::string detail;  ///< JSON text of an object; holds no secret
  event_hash hash{};
};

/// A place in the log: a row's number and hash. Number 0, hash of zeros: before the first one.
struct event_point {
  uint64_t seq = 0;
  event_hash hash{};
  bool operator==(const event_point&) const = default;
};

/// Up to `limit` (at most 1000) rows that follow row `after`, or the latest ones.
/// Reply: `event_list`.
struct get_events {
  uint64_t after = 0;
  size_t limit = 100;
  bool latest = false; ///< the last `limit` rows, whatever `after` says
};
struct event_list {
  std::vector<host_event> events; ///< oldest first
  event_point anchor;             ///< the last row that was pruned: the chain begins behind it
  event_point head;               ///< the newest row
};

/// Something that happened and is to be written down.
struct event_note {
  std::string kind;
  std::string subject;
  std::string detail; ///< JSON text of an object
  bool operator==(const event_note&) const = default;
};
/// Writes down what the store itself does not see, such as a changed setting: before it is done.
/// Reply: `events_noted`.
struct note_events {
  std::vector<event_note> all;
};
struct events_noted {};

} // namespace codius
