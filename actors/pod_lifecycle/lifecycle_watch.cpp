// What really runs, next to what should.
#include "actors/pod_lifecycle/pod_lifecycle.hpp"
#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/run_blocking.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

constexpr auto ledger_limit = 10s;
// Pods are looked at so often; a runtime that does not answer changes nothing.
constexpr auto look_every = 5s;

} // namespace

void lifecycle_state::ask_runtime() {
  runtime::run_blocking(
    deps_.pods.workers, lifecycle_actor{self_},
    [engine = deps_.pods.engine] { return engine->list(); },
    [](result<std::vector<runtime::observed_pod>> pods) -> runtime_listed {
      if (!pods) {
        log::write(log::level::warn, "runtime.silent", {{"why", pods.error().detail}});
        return {};
      }
      std::vector<runtime_listed::entry> out;
      for (auto& p : *pods)
        out.push_back({p.id, p.now == runtime::observed_pod::condition::running});
      return {std::move(out)};
    });
}

void lifecycle_state::on_listed(const runtime_listed& seen) {
  self_->delayed_send(self_, look_every, tick_atom::value);
  if (!seen.pods)
    return;
  std::map<std::string, bool> running;
  for (const auto& p : *seen.pods)
    running[p.id.text] = p.running;
  for (const auto& [id, e] : pods_) {
    const auto at = running.find(id);
    if (e.live)
      self_->send(e.live, pod_seen{at != running.end(), at != running.end() && at->second});
    running.erase(id);
  }
  // What is left belongs to nobody: let the ledger confirm it before it goes.
  for (const auto& [id, is_running] : running)
    remove_stray({id});
}

/// A pod that nobody paid for goes the way of one whose time is over: through a pod actor, so that
/// a purchase which comes at this very moment waits for the removal instead of crossing it.
void lifecycle_state::remove_stray(const pod_id& id) {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return;
  self_->request(keeper, ledger_limit, get_record{id})
    .then([this](const pod_record& record) { adopt(record); },
          [this, id](const caf::error& e) {
            if (runtime::from_caf(e).code != errc::unknown_pod || pods_.contains(id.text))
              return;
            log::write(log::level::warn, "pod.stray", {{"pod", id.text}});
            auto offer = std::make_shared<pod_offer>();
            offer->spec.id = id;
            adopt(pod_record{pod_phase::expiring, {}, {}, std::move(offer)});
          });
}

/// The ledger decides, and pays back; the pod then goes as one whose time is over. Should the answer
/// be lost, its next look at the ledger finds the pod's end there.
caf::result<pod_evicted> lifecycle_state::on_evict(const evict_pod& req) {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return runtime::to_caf({errc::unavailable, "the ledger restarts; try again"});
  auto answer = self_->make_response_promise<pod_evicted>();
  self_->request(keeper, ledger_limit, req)
    .then(
      [=, this](const pod_evicted& done) mutable {
        log::write(log::level::warn, "pod.evicted", {{"pod", req.id.text}, {"why", req.reason}});
        on_lease_over(req.id);
        answer.deliver(done);
      },
      [=, this](const caf::error& e) mutable {
        if (runtime::from_caf(e).code != errc::unknown_pod)
          watch(req.id, deps_.world.utc_now() + 1s);
        answer.deliver(e);
      });
  return answer;
}

capacity lifecycle_state::look() const {
  capacity out{deps_.total_bytes, deps_.sellable(), memory_.used_bytes(),
               machine_size{}.memory_bytes, 0};
  for (const auto& [id, e] : pods_)
    out.running += e.recorded ? 1 : 0;
  return out;
}

} // namespace codius::actors
