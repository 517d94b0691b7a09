#include "actors/purchase/sales.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

constexpr auto ledger_limit = 10s;

} // namespace

sales_state::~sales_state() {
  for (auto& [address, each] : open_)
    caf::anon_send_exit(each.live, caf::exit_reason::user_shutdown);
}

sales_actor::behavior_type sales_state::make_behavior(sale_terms terms) {
  terms_ = std::move(terms);
  self_->set_down_handler([this](const caf::down_msg& down) {
    const auto over = open_.extract(down.source);
    if (!over.empty() && over.mapped().later)
      --later_;
  });
  return {
    [this](const sell& req) -> caf::result<sale_answer> {
      return self_->delegate(caf::actor_cast<sales_actor>(start(std::nullopt)), req);
    },
    [this](const sell_later& m) { return on_later(m.request); },
  };
}

caf::actor sales_state::start(std::optional<sell> later) {
  caf::actor live = self_->spawn<caf::monitored>(purchase_sale, terms_);
  open_.emplace(live.address(), sale{live, std::move(later)});
  return live;
}

bool sales_state::is_under_way(const sell& req) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& one) {
    const auto& other = one.second.later;
    return other && other->token == req.token && other->kind == req.kind && other->pod == req.pod
           && other->duration == req.duration;
  });
}

/// Nothing begins that has no record: the client could not know what became of it.
caf::result<upload_view> sales_state::on_later(const sell& req) {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return runtime::to_caf({errc::unavailable, "the host's ledger restarts; try again"});
  if (later_ >= terms_.most_later && !is_under_way(req))
    return runtime::to_caf(
      {errc::busy, "too many uploads are under way just now; try again later"});
  ++later_;
  auto answer = self_->make_response_promise<upload_view>();
  self_->request(keeper, ledger_limit, keep_upload{sale_record{req}.note()})
    .then(
      [this, answer, req](const upload_view& record) mutable {
        if (record.mine) {
          log::write(log::level::info, "purchase.begun",
                     {{"pod", req.pod.text}, {"req", req.request_id}});
          caf::anon_send(start(req), req);
        } else {
          --later_; // the same request is under way, or was delivered
        }
        answer.deliver(record);
      },
      [this, answer](const caf::error& why) mutable {
        --later_;
        answer.deliver(why);
      });
  return answer;
}

sales_actor::behavior_type sales(sales_actor::stateful_pointer<sales_state> self,
                                 sale_terms terms) {
  runtime::end_on_exception(static_cast<sales_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<sales_actor::pointer>(self));
  return self->state.make_behavior(std::move(terms));
}

} // namespace codius::actors
