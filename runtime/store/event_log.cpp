#include "runtime/store/event_log.hpp"

#include "runtime/base/iso_time.hpp"
#include "runtime/store/event_chain.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

constexpr size_t most_listed = 1000;

event_hash hash_of(const byte_buffer& blob) {
  event_hash out{};
  if (blob.size() != out.size())
    throw database_error("store: a hash of " + std::to_string(blob.size()) + " octets");
  std::copy(blob.begin(), blob.end(), out.begin());
  return out;
}

} // namespace

void event_log::add(std::string_view kind, std::string_view subject, const json_object& detail,
                    utc_time at) {
  add_text(kind, subject, dump(detail), at);
}

void event_log::add_text(std::string_view kind, std::string_view subject, std::string_view detail,
                         utc_time at) {
  const auto before = end("head");
  event_point now{before.seq + 1, {}};
  now.hash = chained(before.hash, event_text(now.seq, iso_time(at), kind, subject, detail));
  db_
    .prepare("INSERT INTO events (seq, at_ms, kind, subject, detail, hash)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
    .bind(1, static_cast<int64_t>(now.seq))
    .bind(2, at.time_since_epoch().count())
    .bind(3, kind)
    .bind(4, subject)
    .bind(5, detail)
    .bind(6, byte_view{now.hash})
    .run();
  set_end("head", now);
  last_ = std::max(last_, now.seq);
  prune(now.seq);
}

/// From the front, many at a time. The hash of the last one that goes stays, to begin with.
void event_log::prune(uint64_t head) {
  if (head <= bounds_.most + bounds_.slack)
    return;
  const auto anchor = end("anchor");
  if (head - anchor.seq <= bounds_.most + bounds_.slack)
    return;
  const auto upto = static_cast<int64_t>(head - bounds_.most);
  auto last = db_.prepare("SELECT hash FROM events WHERE seq=?1");
  last.bind(1, upto);
  if (!last.step())
    throw database_error("store: the event log has lost row " + std::to_string(upto));
  set_end("anchor", {static_cast<uint64_t>(upto), hash_of(last.blob(0))});
  db_.prepare("DELETE FROM events WHERE seq<=?1").bind(1, upto).run();
}

event_list event_log::list(const get_events& query) {
  event_list out;
  out.anchor = end("anchor");
  out.head = end("head");
  const auto limit = std::min(query.limit, most_listed);
  auto after = std::min<uint64_t>(query.after, out.head.seq);
  if (query.latest)
    after = out.head.seq - std::min<uint64_t>(limit, out.head.seq);
  auto s = db_.prepare("SELECT seq, at_ms, kind, subject, detail, hash FROM events"
                       " WHERE seq>?1 ORDER BY seq LIMIT ?2");
  s.bind(1, static_cast<int64_t>(after)).bind(2, static_cast<int64_t>(limit));
  while (s.step())
    out.events.push_back({static_cast<uint64_t>(s.integer(0)),
                          utc_time{std::chrono::milliseconds{s.integer(1)}}, s.text(2), s.text(3),
                          s.text(4), hash_of(s.blob(5))});
  return out;
}

event_point event_log::end(const char* which) {
  auto s = db_.prepare("SELECT seq, hash FROM event_ends WHERE which=?1");
  s.bind(1, which);
  if (!s.step())
    throw database_error(std::string{"store: the event log has lost its "} + which);
  return {static_cast<uint64_t>(s.integer(0)), hash_of(s.blob(1))};
}

void event_log::set_end(const char* which, const event_point& to) {
  db_.prepare("UPDATE event_ends SET seq=?2, hash=?3 WHERE which=?1")
    .bind(1, which)
    .bind(2, static_cast<int64_t>(to.seq))
    .bind(3, byte_view{to.hash})
    .run();
}

} // namespace codius::runtime
