#include "actors/ilp_bridge/ilp_bridge.hpp"

#include "runtime/actor/ask.hpp"
#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

#include <future>
#include <stdexcept>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

constexpr auto ledger_limit = 10s;
// Starting and stopping the node are moments on its thread; this bounds a thread that hangs.
constexpr auto node_limit = 5s;

constexpr auto restarts = "the host's payments restart; ask again";

/// Runs `fn` on `io` and waits for it. For start and end alone: no handler of an actor may wait.
template <class Fn>
auto run_on(const asio::any_io_executor& io, Fn fn) {
  using outcome = decltype(fn());
  auto done = std::make_shared<std::promise<outcome>>();
  auto future = done->get_future();
  asio::post(io, [done, fn = std::move(fn)]() mutable { done->set_value(fn()); });
  if (future.wait_for(node_limit) != std::future_status::ready)
    throw std::runtime_error("the Interledger thread does not answer");
  return future.get();
}

/// Books money, then tells the bridge what it completed.
asio::awaitable<status> book(caf::actor_system& system, pay_token token, uint64_t amount,
                             asset unit) {
  const auto keeper = runtime::find<keeper_actor>(system, role::keeper);
  book_money request{token, amount, std::move(unit)};
  const auto booked
    = co_await runtime::ask<money_booked>(system, keeper, ledger_limit, std::move(request));
  if (!booked)
    co_return booked.error();
  log::write(log::level::info, "payment.received",
             {{"amount", std::to_string(amount)}, {"pod", booked->paid ? booked->paid->pod.text : ""}});
  if (booked->paid)
    if (const auto bridge = runtime::find<ilp_actor>(system, role::ilp))
      caf::anon_send(bridge, money_came{*booked->paid});
  co_return ok();
}

} // namespace

ilp_bridge_state::~ilp_bridge_state() {
  while (!waiting_.empty())
    refuse(waiting_.begin()->first, {errc::unavailable, restarts});
  for (auto& [token, all] : expected_)
    for (auto& one : all)
      one.answer.deliver(runtime::to_caf({errc::unavailable, restarts}));
  if (!node_)
    return;
  try {
    run_on(deps_.io, [node = node_] {
      node->stop();
      return true;
    });
  } catch (const std::exception& e) {
    log::write(log::level::error, "ledger.not_stopped", {{"why", e.what()}});
  }
}

ilp_actor::behavior_type ilp_bridge_state::make_behavior(ilp_deps deps) {
  deps_ = std::move(deps);
  ilp_hooks hooks;
  hooks.book = [&system = self_->system()](pay_token token, uint64_t amount, asset unit) {
    return book(system, token, amount, std::move(unit));
  };
  hooks.on_payer = [&system = self_->system()](pay_token token) {
    if (const auto bridge = runtime::find<ilp_actor>(system, role::ilp))
      caf::anon_send(bridge, payer_came{token});
  };
  hooks.on_listen = deps_.on_listen;
  node_ = std::make_shared<ilp_node>(deps_.io, deps_.world, deps_.settings, std::move(hooks));
  if (auto started = run_on(deps_.io, [node = node_] { return node->start(); }); !started)
    throw std::runtime_error(started.error().detail);
  return {
    [this](const get_payment& m) -> caf::result<payment_state> {
      auto answer = self_->make_response_promise<payment_state>();
      on_node([node = node_, m] { return node->payment(m.token); },
              [answer](result<payment_state> out) mutable {
                if (out)
                  answer.deliver(std::move(*out));
                else
                  answer.deliver(runtime::to_caf(out.error()));
              });
      return answer;
    },
    [this](const collect& m) { return on_collect(m); },
    [this](const await_payer& m) { return on_await(m); },
    [this](get_ledger) -> caf::result<ledger_link> {
      auto answer = self_->make_response_promise<ledger_link>();
      on_node([node = node_] { return node->link(); },
              [answer](ledger_link out) mutable { answer.deliver(std::move(out)); });
      return answer;
    },
    [this](get_switch) { return own_switch{node_->packets()}; },
    [this](const money_came& m) { on_money(m); },
    [this](const collect_over& m) { on_over(m); },
    [this](const payer_came& m) { on_payer(m.token); },
    [](const run_here& m) { m.job(); },
  };
}

template <class Ask, class Then>
void ilp_bridge_state::on_node(Ask ask, Then then) {
  asio::post(deps_.io, [ask = std::move(ask), then = std::move(then), me = ilp_actor{self_}] {
    caf::anon_send(me, run_here{[then, out = ask()]() mutable { then(std::move(out)); }});
  });
}

caf::result<collected> ilp_bridge_state::on_collect(const collect& req) {
  auto& w = waiting_[req.token];
  auto answer = w.answers.emplace_back(self_->make_response_promise<collected>());
  if (w.answers.size() > 1)
    return answer; // the same request once more: one payment answers both
  w.generation = ++generation_;
  self_->delayed_send(self_, req.limit, collect_over{req.token, w.generation});
  on_node([node = node_, req] { return node->allow(req.token, req.due); },
          [this, token = req.token](const status& allowed) { on_allowed(token, allowed); });
  return answer;
}

void ilp_bridge_state::on_allowed(const pay_token& token, const status& allowed) {
  if (!allowed)
    refuse(token, {errc::payment_timeout, "the payment connection ended before the price arrived"});
}

void ilp_bridge_state::on_over(const collect_over& over) {
  const auto at = waiting_.find(over.token);
  if (at == waiting_.end() || at->second.generation != over.generation)
    return on_nobody_came(over);
  // The stream is done with: who asks again with this token gets a new address to pay to.
  asio::post(deps_.io, [node = node_, token = over.token] { node->forget(token); });
  refuse(over.token, {errc::payment_timeout, "Failed to get payment before timeout"});
}

caf::result<payer_here> ilp_bridge_state::on_await(const await_payer& req) {
  auto answer = self_->make_response_promise<payer_here>();
  expected_[req.token].push_back({++generation_, answer});
  self_->delayed_send(self_, req.limit, collect_over{req.token, generation_});
  // Who came before this was asked is not told of again.
  on_node([node = node_, token = req.token] { return node->payment(token); },
          [this, token = req.token](const result<payment_state>& now) {
            if (now && now->stream_open)
              on_payer(token);
          });
  return answer;
}

void ilp_bridge_state::on_payer(const pay_token& token) {
  auto here = expected_.extract(token);
  if (here.empty())
    return;
  for (auto& one : here.mapped())
    one.answer.deliver(payer_here{});
}

void ilp_bridge_state::on_nobody_came(const collect_over& over) {
  const auto at = expected_.find(over.token);
  if (at == expected_.end())
    return;
  auto& all = at->second;
  for (auto one = all.begin(); one != all.end(); ++one)
    if (one->generation == over.generation) {
      one->answer.deliver(
        runtime::to_caf({errc::payment_timeout, "Failed to get payment before timeout"}));
      all.erase(one);
      break;
    }
  if (all.empty())
    expected_.erase(at);
}

void ilp_bridge_state::on_money(const money_came& came) {
  asio::post(deps_.io, [node = node_, token = came.sale.token] { node->forget(token); });
  auto done = waiting_.extract(came.sale.token);
  if (done.empty())
    return;
  for (auto& answer : done.mapped().answers)
    answer.deliver(collected{came.sale});
}

void ilp_bridge_state::refuse(pay_token token, const error& why) {
  auto over = waiting_.extract(token);
  if (over.empty())
    return;
  for (auto& answer : over.mapped().answers)
    answer.deliver(runtime::to_caf(why));
}

ilp_actor::behavior_type ilp_bridge(ilp_actor::stateful_pointer<ilp_bridge_state> self,
                                    ilp_deps deps) {
  runtime::end_on_exception(static_cast<ilp_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<ilp_actor::pointer>(self));
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
