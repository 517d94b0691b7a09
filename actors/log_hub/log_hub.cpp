#include "actors/log_hub/log_hub.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/run_blocking.hpp"

#include <boost/asio/post.hpp>

namespace codius::actors {

log_hub_state::~log_hub_state() {
  for (auto& [pod, under_way] : opening_)
    for (auto& one : under_way.waiting)
      one.answer.deliver(runtime::to_caf({errc::unavailable, "the logs' actor restarts"}));
  for (const auto& [pod, weak] : feeds_)
    if (const auto at = weak.lock())
      at->feed.end();
}

log_actor::behavior_type log_hub_state::make_behavior(log_hub_deps deps) {
  deps_ = std::move(deps);
  return {
    [this](const open_log& req) { return on_open(req); },
    [this](const log_changed& news) { on_changed(news); },
    [](const run_here& what) { what.job(); },
  };
}

std::optional<error> log_hub_state::refusal(size_t readers_of_pod) const {
  if (readers_of_pod >= deps_.most_of_a_pod)
    return error{errc::busy, "the log of this pod has " + std::to_string(readers_of_pod)
                               + " readers already; try again later"};
  if (readers_->all >= deps_.most)
    return error{errc::no_capacity, "this host serves " + std::to_string(deps_.most)
                                      + " readers of logs already; try again later"};
  return std::nullopt;
}

caf::result<log_opened> log_hub_state::on_open(const open_log& req) {
  forget_unread();
  const auto known = feeds_.find(req.pod);
  const auto at = known == feeds_.end() ? nullptr : known->second.lock();
  const auto under_way = opening_.find(req.pod);
  const auto waiters = under_way == opening_.end() ? 0 : under_way->second.waiting.size();
  if (const auto why = refusal(at ? at->readers.load() : waiters))
    return runtime::to_caf(*why);
  if (at && !at->feed.ended())
    return log_opened{std::make_shared<seat>(at, readers_, req.follow)};
  auto answer = self_->make_response_promise<log_opened>();
  opening_[req.pod].waiting.push_back({answer, req.follow});
  if (waiters == 0)
    open(req);
  return answer;
}

void log_hub_state::open(const open_log& req) {
  using opened = std::shared_ptr<counted_feed>;
  runtime::run_blocking(
    deps_.workers, log_actor{self_},
    [engine = deps_.engine, req]() -> result<opened> {
      auto log = engine->open_log(req.pod, req.containers.size());
      if (!log)
        return log.error();
      auto out = std::make_shared<counted_feed>(std::move(*log), req.containers);
      if (auto listens = out->feed.listen(); !listens)
        return listens.error();
      return out;
    },
    [this, pod = req.pod](result<opened> found) -> run_here {
      // Runs on the actor's own thread, and only while it lives.
      return {[this, pod, found = std::move(found)] { on_found(pod, found); }};
    });
}

void log_hub_state::on_found(const pod_id& pod, result<std::shared_ptr<counted_feed>> found) {
  const auto under_way = opening_.extract(pod);
  if (under_way.empty())
    return;
  if (found)
    feeds_[pod] = *found;
  for (auto one : under_way.mapped().waiting) {
    if (!found)
      one.answer.deliver(runtime::to_caf(found.error()));
    else if (const auto why = refusal((*found)->readers.load()))
      one.answer.deliver(runtime::to_caf(*why));
    else
      one.answer.deliver(log_opened{std::make_shared<seat>(*found, readers_, one.follow)});
  }
  if (under_way.mapped().changed)
    on_changed({pod, under_way.mapped().gone});
}

void log_hub_state::on_changed(const log_changed& news) {
  if (const auto under_way = opening_.find(news.pod); under_way != opening_.end()) {
    under_way->second.changed = true;
    under_way->second.gone = news.gone;
  }
  const auto known = feeds_.find(news.pod);
  const auto at = known == feeds_.end() ? nullptr : known->second.lock();
  if (!at)
    return;
  if (news.gone) {
    at->feed.end();
    feeds_.erase(known);
    return;
  }
  asio::post(deps_.workers, [at] { at->feed.renew(); });
}

void log_hub_state::forget_unread() {
  std::erase_if(feeds_, [](const auto& entry) { return entry.second.expired(); });
}

log_actor::behavior_type log_hub(log_actor::stateful_pointer<log_hub_state> self,
                                 log_hub_deps deps) {
  runtime::end_on_exception(static_cast<log_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<log_actor::pointer>(self));
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
