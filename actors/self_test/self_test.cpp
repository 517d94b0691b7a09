#include "actors/self_test/self_test.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/pipe_to.hpp"
#include "runtime/base/log.hpp"

#include <algorithm>

namespace codius::actors {

using std::chrono::milliseconds;
using std::chrono::seconds;

self_test_actor::behavior_type self_test_state::make_behavior(self_test_deps deps) {
  deps_ = std::move(deps);
  report_ = deps_.gate->report(); // what an earlier life of this actor found is still true
  if (report_.phase != self_test_phase::off) {
    report_.phase = self_test_phase::waiting;
    begin_run();
  }
  return {
    [this](get_self_test) { return report_; },
    [this](run_self_test) -> caf::result<self_test_report> {
      if (report_.phase == self_test_phase::off)
        return runtime::to_caf({errc::unprocessable, "the self-test is off: " + report_.why});
      begin_run();
      return report_;
    },
    [this](const self_test_tried& news) { on_tried(news); },
    [this](const self_test_due& timer) { on_due(timer); },
  };
}

void self_test_state::begin_run() {
  if (report_.phase == self_test_phase::running)
    return;
  if (!sale_ || delivered_) {
    sale_ = make_self_test_sale(deps_.world, deps_.image, deps_.rules.duration);
    delivered_ = false;
  }
  ++report_.runs;
  report_.phase = self_test_phase::running;
  report_.why.clear();
  report_.began = deps_.world.utc_now();
  report_.ended.reset();
  report_.next_run.reset();
  report_.pod = sale_->pod;
  report_.lines.clear();
  for (const auto step : all_self_test_steps)
    report_.lines.push_back({step, self_test_phase::waiting, 0, {}, milliseconds{0}, {}});
  at_ = 0;
  try_step();
}

void self_test_state::try_step() {
  ++generation_; // no timer counts while a try is under way
  auto& now = line();
  if (now.tries++ == 0)
    now.began = deps_.world.utc_now();
  now.phase = self_test_phase::running;
  tell();
  runtime::pipe_to(deps_.io, self_test_actor{self_}, deps_.client->attempt(now.step, *sale_),
                   [run = report_.runs](result<self_test_tried::outcome> out) {
                     self_test_tried news;
                     news.run = run;
                     news.host_full = !out && out.error().code == errc::no_capacity;
                     if (out)
                       news.done = std::move(*out);
                     else
                       news.why = out.error().detail;
                     return news;
                   });
}

void self_test_state::on_tried(const self_test_tried& news) {
  if (news.run != report_.runs || report_.phase != self_test_phase::running)
    return; // of an earlier life of this actor
  auto& now = line();
  now.took = deps_.world.utc_now() - now.began;
  now.said = news.done ? news.done->said : news.why;
  if (news.host_full) {
    now.phase = self_test_phase::skipped;
    return end_run(self_test_phase::skipped, "the host is full: " + news.why);
  }
  if (!news.done)
    return step_failed(news.why);
  now.phase = self_test_phase::passed;
  if (now.step == self_test_step::quote) {
    sale_->price = report_.price = news.done->price;
    report_.unit = news.done->unit;
  }
  if (now.step == self_test_step::upload)
    delivered_ = true;
  if (++at_ == report_.lines.size())
    return end_run(self_test_phase::passed, {});
  try_step();
}

void self_test_state::step_failed(const std::string& why) {
  auto& now = line();
  const std::string step = to_string(now.step);
  log::write(log::level::debug, "self_test.tried",
             {{"step", step}, {"try", std::to_string(now.tries)}, {"why", why}});
  if (now.tries >= deps_.rules.tries) {
    now.phase = self_test_phase::failed;
    return end_run(self_test_phase::failed, "the step \"" + step + "\" failed: " + why);
  }
  tell();
  wake_in(pause_after(now.tries));
}

milliseconds self_test_state::pause_after(unsigned tries) const {
  const auto& rules = deps_.rules;
  const auto most = std::max(rules.longest_pause, rules.first_pause);
  auto out = rules.first_pause;
  while (--tries > 0 && out < most)
    out *= 2;
  return std::min(out, most);
}

seconds self_test_state::wait_after_run() const {
  const auto& rules = deps_.rules;
  const bool was_fine = report_.phase == self_test_phase::skipped && report_.passed_at;
  if (report_.phase == self_test_phase::passed || was_fine)
    return rules.after_success;
  auto out = rules.after_failure;
  for (unsigned i = 1; i < failures_ && out < rules.longest_wait; ++i)
    out *= 2;
  return std::min(out, rules.longest_wait);
}

void self_test_state::end_run(self_test_phase how, std::string why) {
  const auto now = deps_.world.utc_now();
  report_.phase = how;
  report_.why = std::move(why);
  report_.ended = now;
  if (how == self_test_phase::passed)
    report_.passed_at = now;
  failures_ = how == self_test_phase::failed ? failures_ + 1 : 0;
  const auto wait = wait_after_run();
  report_.next_run = now + wait;
  tell();
  const bool bad = how == self_test_phase::failed;
  log::write(bad ? log::level::warn : log::level::info,
             std::string{"self_test."} + to_string(how),
             {{"pod", report_.pod.text},
              {"ms", std::to_string((now - report_.began).count())},
              {"next_s", std::to_string(wait.count())},
              {"why", report_.why}});
  wake_in(wait);
}

void self_test_state::wake_in(milliseconds time) {
  self_->delayed_send(self_, time, self_test_due{++generation_});
}

void self_test_state::on_due(const self_test_due& timer) {
  if (timer.generation != generation_)
    return;
  if (report_.phase == self_test_phase::running)
    try_step();
  else
    begin_run();
}

self_test_actor::behavior_type self_test(self_test_actor::stateful_pointer<self_test_state> self,
                                         self_test_deps deps) {
  runtime::end_on_exception(static_cast<self_test_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<self_test_actor::pointer>(self));
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
