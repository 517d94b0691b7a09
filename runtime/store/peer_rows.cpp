#include "runtime/store/peer_rows.hpp"

namespace codius::runtime::rows {

namespace {

int64_t ms(utc_time t) { return t.time_since_epoch().count(); }
utc_time time_at(int64_t since_epoch) { return utc_time{std::chrono::milliseconds{since_epoch}}; }

} // namespace

std::vector<kept_peer> all_peers(database& db) {
  std::vector<kept_peer> out;
  auto s = db.prepare("SELECT uri, bootstrap, known_ms, good_ms FROM peers ORDER BY place");
  while (s.step())
    out.push_back({s.text(0), s.integer(1) != 0, time_at(s.integer(2)), time_at(s.integer(3))});
  return out;
}

void replace_peers(database& db, const std::vector<kept_peer>& all) {
  db.prepare("DELETE FROM peers").run();
  int64_t place = 0;
  for (const auto& p : all)
    db.prepare("INSERT OR REPLACE INTO peers (place, uri, bootstrap, known_ms, good_ms)"
               " VALUES (?, ?, ?, ?, ?)")
      .bind(1, ++place)
      .bind(2, p.uri)
      .bind(3, int64_t{p.bootstrap})
      .bind(4, ms(p.known_since))
      .bind(5, ms(p.last_good))
      .run();
}

} // namespace codius::runtime::rows
