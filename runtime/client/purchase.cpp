// Buying the time, once the price is known.
#include "runtime/client/purchase.hpp"

#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"

namespace codius::client {

pod_purchase::pod_purchase(session& in, step_view& shown, const order& what, host_place host,
                           std::chrono::seconds time, std::optional<pay_token> token)
  : session_(in), shown_(&shown), stop_(&in.stop()), order_(what), place_(std::move(host)),
    host_(std::make_shared<host_link>(place_)), time_(time), has_old_token_(token.has_value()) {
  if (token)
    token_ = *token;
  else
    in.world().world.random_bytes(token_);
  result_.host = host_->name();
  result_.token = token_text(token_);
  result_.hash = what.hash;
}

std::string pod_purchase::time_query() const { return "duration=" + std::to_string(time_.count()); }

host_request pod_purchase::payment_request() const {
  host_request out;
  out.fields.set("Accept", "application/codius-v1+json");
  if (order_.complete.is_null()) {
    out.method = "PUT";
    out.target = "/pods?manifestHash=" + order_.hash + "&" + time_query();
    return out;
  }
  out.method = "POST";
  out.target = "/pods?" + time_query();
  out.fields.set("Content-Type", "application/json");
  out.body = dump(order_.complete);
  return out;
}

paid_request_deps pod_purchase::deps_for_payment() {
  return {host_, [this] { return session_.connect(); },
          [this](price_facts facts) { return decide(std::move(facts)); },
          [this](paid_phase phase) { on_phase(phase); }, stop_};
}

asio::awaitable<outcome<delivery>> pod_purchase::buy() {
  paid_request_options options;
  options.request = payment_request();
  options.token = token_;
  options.repeats = order_.retries;
  paid_ = std::make_shared<paid_request>(deps_for_payment(), std::move(options));
  const auto answer = co_await paid_->run();
  result_.moved = paid_->moved();
  if (session_.ledger())
    result_.payer = session_.ledger()->unit();
  watch_payment();
  auto out = read_answer(answer);
  if (out && !shown_->under_way())
    shown_->begin("pod", "");
  if (out)
    shown_->end("runs");
  result_.end = out;
  co_return out;
}

outcome<delivery> pod_purchase::read_answer(const outcome<net::http_response>& answer) {
  if (session_.stop().requested())
    return stop_failure(session_.stop());
  if (answer && answer->status == 200)
    return read_delivery(*answer, host_->name(), order_.hash);
  if (answer)
    result_.credit = read_refusal(*answer).credit;
  auto why = answer ? explain_refusal(*answer, host_->name()) : answer.failure();
  // When we could not pay, that is the reason, whatever the host says then.
  if (const auto& verdict = paid_->payment_verdict(); !verdict) {
    why.code = exit_code::payment;
    why.what = "the payment failed: " + printable(verdict.error().detail);
    why.next = payment_advice(verdict.error(), session_.ledger()->place());
  }
  return why;
}

/// The steps that a paid request shows.
void pod_purchase::on_phase(paid_phase phase) {
  switch (phase) {
    case paid_phase::asking:
      if (!shown_->under_way())
        shown_->begin("host", "waiting for " + host_->name() + " to get ready");
      break;
    case paid_phase::opening:
      shown_->end("ready to run it");
      shown_->begin("payment", "looking for the way to the host");
      break;
    case paid_phase::paying: shown_->update("paying"); break;
    case paid_phase::repeating:
      shown_->fail();
      shown_->note(paid_->trouble().what + ". Trying again with the same pay token.");
      break;
  }
}

/// Follows the money; when all is there, the pod is what takes time.
void pod_purchase::watch_payment() {
  if (!paid_ || !shown_->under_way() || !session_.ledger() || !quote_)
    return;
  const auto paid = show_amount(paid_->moved().sent, session_.ledger()->unit());
  if (paid_->moved().sent == 0)
    return;
  if (paid_->delivered() < quote_->price)
    return shown_->update("paying, " + paid + " so far");
  if (shown_->label() != "payment")
    return;
  shown_->end(paid + " paid");
  shown_->begin("pod", "waiting for " + host_->name() + " to start the pod");
}

} // namespace codius::client
