#include "actors/admin/reloader.hpp"

#include "net/http/trusted_certificates.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/on_pool.hpp"

#include <algorithm>

namespace codius::actors {

using runtime::loaded_config;

namespace {

// What `terms_of` takes over; all else needs a restart.
constexpr std::string_view live[] = {
  "cost_per_month", "min_duration",    "max_duration",    "additional_host_info",
  "max_memory_fraction", "payment_timeout", "bootstrap_peers", "gossip_interval",
  "known_peers",    "log_level",
};

bool is_live(std::string_view setting) {
  return std::find(std::begin(live), std::end(live), setting) != std::end(live);
}

void tell(const std::string& by, const result<reloader::report>& r) {
  if (!r) {
    log::write(log::level::error, "settings.not_reloaded",
               {{"by", by}, {"err", to_string(r.error().code)}, {"why", r.error().detail}});
    return;
  }
  for (const auto& w : r->warnings)
    log::write(log::level::warn, "config.warning", {{"why", w}});
  for (const auto& c : r->waiting)
    log::write(log::level::warn, "setting.needs_restart",
               {{"setting", c.setting}, {"from", c.from}, {"to", c.to}});
  log::write(log::level::info, "settings.reloaded",
             {{"by", by}, {"changed", r->applied.size()}, {"need_restart", r->waiting.size()}});
}

} // namespace

runtime::host_terms terms_of(const runtime::config& cfg) {
  runtime::host_terms out;
  out.cost_per_month = cfg.cost_per_month;
  out.least_duration = cfg.min_duration;
  out.most_duration = cfg.max_duration;
  out.additional_info = cfg.additional_host_info;
  out.max_memory_fraction = cfg.max_memory_fraction;
  out.payment_timeout = cfg.payment_timeout;
  out.bootstrap_peers = cfg.bootstrap_peers;
  out.gossip_interval = cfg.gossip_interval;
  out.known_peers = cfg.known_peers;
  out.log_level = cfg.log_level;
  return out;
}

std::vector<setting_change> waiting_for_restart(const loaded_config& running,
                                                const loaded_config& wanted) {
  std::vector<setting_change> out;
  for (const auto& is : running.origins) {
    const auto want = std::find_if(wanted.origins.begin(), wanted.origins.end(),
                                   [&](const auto& o) { return o.setting == is.setting; });
    if (is_live(is.setting) || want == wanted.origins.end())
      continue;
    // The token of the default uplink is a new one each time; a given one may differ where its
    // masked text does not.
    const bool other_secret = is.setting == "ilp_credentials" && want->source != "default"
                              && running.values.uplink != wanted.values.uplink;
    if (is.value != want->value || other_secret)
      out.push_back({is.setting, is.value, want->value});
  }
  return out;
}

asio::awaitable<result<reloader::report>> reloader::reload(std::string by) {
  if (!source_.read)
    co_return error{errc::unavailable, "this host has no settings that could be read again"};
  auto read = co_await runtime::on_pool(disk_, source_.read);
  result<report> out = report{};
  if (!read) {
    out = read.error();
    tell(by, out);
    co_return out;
  }
  const std::function<status(runtime::host_terms&)> how = [&](runtime::host_terms& terms) {
    const bool draining = terms.draining; // no setting
    terms = terms_of(read->values);
    terms.draining = draining;
    return ok();
  };
  auto done = co_await desk_->change(how, by);
  if (done)
    out = report{std::move(done->changes), waiting_for_restart(source_.started, *read),
                 std::move(read->warnings)};
  else
    out = done.error();
  if (out)
    net::read_certificates_again();
  tell(by, out);
  co_return out;
}

} // namespace codius::actors
