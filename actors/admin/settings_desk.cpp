#include "actors/admin/settings_desk.hpp"

#include "messages/interfaces.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using runtime::host_terms;

namespace {

std::string text(const decimal& d) { return to_string(d); }
std::string text(std::chrono::seconds s) { return std::to_string(s.count()); }
std::string text(std::chrono::milliseconds t) { return std::to_string(t.count()) + "ms"; }
std::string text(bool yes) { return yes ? "true" : "false"; }
std::string text(double fraction) { return runtime::number_text(fraction); }
std::string text(size_t n) { return std::to_string(n); }
std::string text(log::level l) { return to_string(l); }
std::string text(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all)
    out += (out.empty() ? "" : ", ") + one;
  return out;
}

/// Whose turn it is to change something ends with this.
class turn {
public:
  explicit turn(std::atomic<bool>& taken) : taken_(taken), mine_(!taken.exchange(true)) {}
  ~turn() {
    if (mine_)
      taken_ = false;
  }
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;
  explicit operator bool() const { return mine_; }

private:
  std::atomic<bool>& taken_;
  bool mine_;
};

note_events notes_of(const std::vector<setting_change>& changes, const std::string& by) {
  note_events out;
  for (const auto& c : changes) {
    const runtime::json detail
      = runtime::json_object{{"from", c.from}, {"to", c.to}, {"by", by}};
    out.all.push_back({"setting.changed", c.setting, dump(detail)});
  }
  return out;
}

} // namespace

std::vector<setting_change> differences(const host_terms& from, const host_terms& to) {
  std::vector<setting_change> out;
  const auto compare = [&](const char* setting, const auto& a, const auto& b) {
    if (a != b)
      out.push_back({setting, text(a), text(b)});
  };
  compare("cost_per_month", from.cost_per_month, to.cost_per_month);
  compare("max_memory_fraction", from.max_memory_fraction, to.max_memory_fraction);
  compare("additional_host_info", from.additional_info, to.additional_info);
  compare("min_duration", from.least_duration, to.least_duration);
  compare("max_duration", from.most_duration, to.most_duration);
  compare("payment_timeout", from.payment_timeout, to.payment_timeout);
  compare("bootstrap_peers", from.bootstrap_peers, to.bootstrap_peers);
  compare("gossip_interval", from.gossip_interval, to.gossip_interval);
  compare("known_peers", from.known_peers, to.known_peers);
  compare("log_level", from.log_level, to.log_level);
  compare("draining", from.draining, to.draining);
  return out;
}

asio::awaitable<result<settings_desk::outcome>>
settings_desk::change(std::function<status(host_terms&)> how, std::string by) {
  const turn mine{taken_};
  if (!mine)
    co_return error{errc::busy, "another change of the settings is under way; try again"};
  outcome out;
  out.before = out.now = *board_->current();
  if (const auto fine = how(out.now); !fine)
    co_return fine.error();
  out.changes = differences(out.before, out.now);
  if (out.changes.empty())
    co_return out;
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  auto notes = notes_of(out.changes, by);
  const auto noted = co_await runtime::ask<events_noted>(system_, keeper, 10s, std::move(notes));
  if (!noted)
    co_return noted.error();
  board_->change(out.now, world_.utc_now());
  if (told_)
    told_(out.now);
  for (const auto& c : out.changes)
    log::write(log::level::info, "setting.changed",
               {{"setting", c.setting}, {"from", c.from}, {"to", c.to}, {"by", by}});
  co_return out;
}

} // namespace codius::actors
