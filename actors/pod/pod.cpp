#include "actors/pod/pod.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/run_blocking.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

#include <algorithm>
#include <stdexcept>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

// A start that fails is tried once more before the purchase is given back: pulls and cgroups have
// hiccups, but a payer should not wait long for bad news.
constexpr int start_tries = 2;
constexpr std::chrono::milliseconds start_again_after = 250ms;
constexpr auto ledger_limit = 10s;

/// How long to wait before the nth next try, doubling: 1 s, 2 s, … 60 s.
std::chrono::milliseconds back_off(int tries) {
  return std::min<std::chrono::milliseconds>(60s, 1s * (1 << std::min(tries, 6)));
}

/// A pod that ends by itself comes back at once the first time, then after 10 s, doubling to 300 s.
std::chrono::milliseconds restart_delay(int losses) {
  return std::min<std::chrono::milliseconds>(300s, 10s * (1 << std::clamp(losses - 2, 0, 5)));
}

} // namespace

pod_state::~pod_state() {
  const error interrupted{errc::unavailable, "the pod's actor restarts"};
  refuse_starters(interrupted);
  for (auto& ender : std::exchange(enders_, {}))
    ender.deliver(runtime::to_caf(interrupted));
}

pod_actor::behavior_type pod_state::make_behavior(pod_deps deps, pod_record record) {
  deps_ = std::move(deps);
  offer_ = record.offer;
  recorded_running_ = record.phase == pod_phase::running;
  inspect_runtime();
  return {
    [this](bring_up) -> caf::result<pod_started> {
      if (now_ == phase::running)
        return pod_started{offer_->spec.id};
      auto& answer = starters_.emplace_back(self_->make_response_promise<pod_started>());
      if (now_ == phase::failed) {
        move(event::again);
        start();
      }
      return answer;
    },
    [this](take_down) -> caf::result<pod_gone> {
      auto& answer = enders_.emplace_back(self_->make_response_promise<pod_gone>());
      end();
      return answer;
    },
    [this](const pod_seen& seen) { on_seen(seen); },
    [this](const runtime_inspected& seen) { on_inspected(seen); },
    [this](const runtime_started& outcome) { on_started(outcome); },
    [this](const runtime_done& outcome) { on_removed(outcome); },
    [this](tick_atom) { on_tick(); },
  };
}

void pod_state::move(event on) {
  const auto to = next(now_, on);
  if (!to)
    throw std::logic_error("pod: no way on from " + std::string{to_string(now_)});
  now_ = *to;
  tries_ = 0;
  retry_for_.reset();
}

void pod_state::inspect_runtime() {
  runtime::run_blocking(
    deps_.workers, pod_actor{self_},
    [engine = deps_.engine, id = offer_->spec.id] { return engine->inspect(id); },
    [](result<std::optional<runtime::observed_pod>> seen) -> runtime_inspected {
      if (!seen)
        return {false, {}, seen.error()};
      if (!*seen || (*seen)->now != runtime::observed_pod::condition::running)
        return {};
      return {true, (*seen)->address, {}};
    });
}

void pod_state::on_inspected(const runtime_inspected& seen) {
  if (now_ != phase::unknown)
    return;
  if (seen.failure) {
    // Unknown is not dead: ask until the runtime has said something.
    log::write(log::level::warn, "pod.unknown",
               {{"pod", offer_->spec.id.text}, {"why", seen.failure->detail}});
    return retry_in(back_off(tries_++));
  }
  if (seen.running) {
    move(event::here);
    address_ = seen.address;
    return publish();
  }
  move(event::absent);
  start();
}

void pod_state::start() {
  if (now_ != phase::starting)
    return;
  runtime::run_blocking(
    deps_.workers, pod_actor{self_},
    [engine = deps_.engine, offer = offer_]() -> result<pod_address> {
      // Usually a look at the disk; after a machine was lost its images may be, too.
      if (auto images = engine->ensure_images(offer->spec, {}, {}); !images)
        return images.error();
      return engine->start(offer->spec);
    },
    [](result<pod_address> at) -> runtime_started {
      if (!at)
        return {{}, at.error()};
      return {*at, {}};
    });
}

void pod_state::on_started(const runtime_started& outcome) {
  if (now_ != phase::starting)
    return remove(); // its end came while it was being started: `removing` waits for this
  if (!outcome.failure) {
    move(event::up);
    tell_logs(false);
    address_ = outcome.address;
    return publish();
  }
  log::write(log::level::warn, "pod.start_failed",
             {{"pod", offer_->spec.id.text},
              {"err", to_string(outcome.failure->code)},
              {"why", outcome.failure->detail}});
  if (++tries_ < start_tries)
    return retry_in(start_again_after);
  move(event::fail);
  refuse_starters(*outcome.failure);
  // Someone paid for its time: go on trying while the lease lasts, whoever still waits.
  retry_in(restart_delay(++losses_ + 1));
}

void pod_state::publish() {
  if (now_ != phase::running)
    return;
  const auto proxy = runtime::find<proxy_actor>(self_->system(), role::proxy);
  if (!proxy)
    return retry_in(100ms);
  self_->request(proxy, ledger_limit, publish_route{offer_->spec.id, address_})
    .then([this](route_done) { on_running(); }, [this](const caf::error&) { retry_in(100ms); });
}

void pod_state::on_running() {
  if (now_ != phase::running)
    return;
  const auto& id = offer_->spec.id;
  if (losses_ > 0 || !recorded_running_)
    log::write(log::level::info, "pod.started", {{"pod", id.text}});
  for (auto& starter : std::exchange(starters_, {}))
    starter.deliver(pod_started{id});
  if (recorded_running_)
    return;
  recorded_running_ = true;
  if (const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper))
    self_->request(keeper, ledger_limit, set_phase{id, pod_phase::running})
      .then([](const pod_record&) {},
            [this](const caf::error&) { recorded_running_ = false; });
}

/// Whoever follows the log reads on in that of the new containers, or ends.
void pod_state::tell_logs(bool gone) const {
  if (const auto logs = runtime::find<log_actor>(self_->system(), role::logs))
    self_->send(logs, log_changed{offer_->spec.id, gone});
}

void pod_state::refuse_starters(const error& why) {
  for (auto& starter : std::exchange(starters_, {}))
    starter.deliver(runtime::to_caf(why));
}

void pod_state::end() {
  if (now_ == phase::removing)
    return;
  const bool busy = now_ == phase::starting && !retry_for_;
  move(event::end);
  if (!busy) // else the outcome of the start goes on with the removal
    remove();
}

void pod_state::remove() {
  const auto proxy = runtime::find<proxy_actor>(self_->system(), role::proxy);
  if (!proxy)
    return retry_in(back_off(tries_++));
  // The route goes first: no request may reach a pod that is being taken apart.
  auto take_apart = [this] {
    runtime::run_blocking(
      deps_.workers, pod_actor{self_},
      [engine = deps_.engine, id = offer_->spec.id] { return engine->remove(id); },
      [](const status& done) -> runtime_done {
        if (!done)
          return {done.error()};
        return {};
      });
  };
  self_->request(proxy, ledger_limit, withdraw_route{offer_->spec.id})
    .then([take_apart](route_done) { take_apart(); },
          [this](const caf::error&) { retry_in(back_off(tries_++)); });
}

void pod_state::on_removed(const runtime_done& outcome) {
  if (!outcome.failure)
    return forget();
  log::write(log::level::error, "pod.remove_failed",
             {{"pod", offer_->spec.id.text}, {"why", outcome.failure->detail}});
  retry_in(back_off(tries_++));
}

void pod_state::forget() {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return retry_in(back_off(tries_++));
  self_->request(keeper, ledger_limit, forget_record{offer_->spec.id})
    .then(
      [this](const record_forgotten& answer) {
        if (answer.bought_again)
          return start_over();
        move(event::gone);
        tell_logs(true);
        log::write(log::level::info, "pod.gone", {{"pod", offer_->spec.id.text}});
        tell_enders();
        refuse_starters({errc::unavailable, "the pod ended meanwhile"});
        self_->quit();
      },
      [this](const caf::error&) { retry_in(back_off(tries_++)); });
}

/// Somebody bought the pod anew while it was being removed.
void pod_state::start_over() {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return retry_in(back_off(tries_++));
  self_->request(keeper, ledger_limit, get_record{offer_->spec.id})
    .then(
      [this](const pod_record& record) {
        tell_enders();
        offer_ = record.offer;
        recorded_running_ = false;
        move(event::again);
        start();
      },
      [this](const caf::error&) { retry_in(back_off(tries_++)); });
}

void pod_state::tell_enders() {
  for (auto& ender : std::exchange(enders_, {}))
    ender.deliver(pod_gone{offer_->spec.id});
}

void pod_state::on_seen(const pod_seen& seen) {
  if (now_ != phase::running)
    return;
  if (seen.present && seen.running) {
    missed_ = 0;
    return;
  }
  // A pod that is not listed may be one that the runtime forgot to mention: ask twice.
  if (!seen.present && ++missed_ < 2)
    return;
  missed_ = 0;
  ++losses_;
  log::write(log::level::warn, "pod.ended_by_itself",
             {{"pod", offer_->spec.id.text}, {"losses", std::to_string(losses_)}});
  recorded_running_ = false;
  move(event::lost);
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return retry_in(1s);
  auto go_on = [this] {
    if (now_ == phase::removing)
      remove();
    else if (losses_ <= 1)
      start();
    else
      retry_in(restart_delay(losses_));
  };
  self_->request(keeper, ledger_limit, set_phase{offer_->spec.id, pod_phase::restarting})
    .then([go_on](const pod_record&) { go_on(); }, [go_on](const caf::error&) { go_on(); });
}

void pod_state::retry_in(std::chrono::milliseconds delay) {
  if (std::exchange(retry_for_, now_) == now_)
    return;
  self_->delayed_send(self_, delay, tick_atom::value);
}

void pod_state::on_tick() {
  if (std::exchange(retry_for_, std::nullopt) != now_)
    return; // left over from a phase that is behind us
  switch (now_) {
    case phase::unknown: return inspect_runtime();
    case phase::starting: return start();
    case phase::failed: move(event::again); return start();
    case phase::removing: return remove();
    case phase::running: return publish();
    case phase::gone: return;
  }
}

pod_actor::behavior_type pod(pod_actor::stateful_pointer<pod_state> self, pod_deps deps,
                             pod_record record) {
  return self->state.make_behavior(std::move(deps), std::move(record));
}

} // namespace codius::actors
