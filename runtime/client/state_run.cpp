#include "runtime/client/state_run.hpp"

#include "runtime/client/text.hpp"

#include <algorithm>

namespace codius::client {

using namespace std::chrono_literals;

state_run::state_run(const extend_options& options, pod_state state, const program_world& world,
                     std::string_view command)
  : options_(options), session_(world, options.time_limit, options.ledger),
    keeper_(options.state_path, std::move(state)), basket_(session_, order_, &keeper_) {
  report_.command = command;
  order_.complete = keeper_.state().complete();
  order_.manifest = *order_.complete.find("manifest");
  order_.hash = keeper_.state().hash();
  order_.rules = options;
  order_.retries = options.retries;
}

run_report state_run::run() {
  session_.run([this] { return drive(); });
  return std::move(report_);
}

asio::awaitable<void> state_run::drive() {
  const auto end = co_await flow();
  if (!end)
    report_.why = session_.describe(end.failure());
  session_.steps().fail();
  report_.hosts = basket_.results();
}

/// What must be bought so that enough is left; all of it where nothing is known, or the pod is
/// over.
std::chrono::seconds state_run::missing(const std::string& host) const {
  if (!options_.keep)
    return options_.duration;
  const auto now = session_.world().world.utc_now();
  const auto expiry = keeper_.state_for_reading().expiry(host);
  if (!expiry || *expiry <= now)
    return *options_.keep;
  return std::chrono::ceil<std::chrono::seconds>(now + *options_.keep - *expiry);
}

asio::awaitable<done> state_run::flow() {
  for (const auto& host : keeper_.state().hosts()) {
    const auto time = missing(host);
    if (time > 0s)
      (void)basket_.add(*net::parse_http_uri(host), time);
    else
      session_.steps().note(host + " has enough time left");
  }
  if (basket_.all().empty())
    co_return well();
  order_.may_ask = !options_.assume_yes && basket_.all().size() == 1;
  if (auto step = co_await basket_.get_quotes(); !step)
    co_return step;
  if (auto step = co_await basket_.confirm("Extend it", options_.assume_yes); !step)
    co_return step;
  keeper_.state().set_options(options_.duration, options_.max_monthly);
  co_await basket_.buy_each();
  co_return well();
}

} // namespace codius::client
