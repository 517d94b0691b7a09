#pragma once
#include "messages/event.hpp"
#include "runtime/base/json.hpp"
#include "runtime/store/database.hpp"

namespace codius::runtime {

struct event_bounds {
  uint64_t most = 1'000'000; ///< rows that are kept, at least …
  uint64_t slack = 1'000;    ///< … and so many more before the oldest are pruned together
};

/// The event log in its tables. Rows are chained by hash, and both ends of the chain are kept apart
/// from them: a row that is changed, or taken out anywhere, is found. (Who can write the whole file
/// can write another history; keep the head elsewhere to find that.)
///
/// Used inside the transaction of the change. Throws `database_error`.
class event_log {
public:
  explicit event_log(database& db, event_bounds bounds = {}) : db_(db), bounds_(bounds) {}

  void add(std::string_view kind, std::string_view subject, const json_object& detail, utc_time at);
  /// The same, of a detail that is JSON text already.
  void add_text(std::string_view kind, std::string_view subject, std::string_view detail,
                utc_time at);
  event_list list(const get_events& query);
  /// The greatest number that was ever given out by this object, also in what was rolled back.
  uint64_t last() const { return last_; }

private:
  event_point end(const char* which);
  void set_end(const char* which, const event_point& to);
  void prune(uint64_t head);

  database& db_;
  event_bounds bounds_;
  uint64_t last_ = 0;
};

} // namespace codius::runtime
