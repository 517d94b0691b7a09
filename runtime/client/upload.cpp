// Buying the pod, and the command around it.
#include "runtime/client/upload.hpp"

#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"
#include "runtime/client/upload_run.hpp"

namespace codius::client {

paid_request_deps upload_run::deps_for_upload() {
  return {host_, [this] { return connect(); },
          [this](price_facts facts) { return decide(std::move(facts)); },
          [this](paid_phase phase) { on_phase(phase); }, &stop_};
}

asio::awaitable<outcome<delivery>> upload_run::buy() {
  paid_request_options options;
  options.request = request_for("POST", made_.complete);
  options.token = token_;
  options.repeats = options_.retries;
  paid_ = std::make_shared<paid_request>(deps_for_upload(), std::move(options));
  const auto answer = co_await paid_->run();
  result_.moved = paid_->moved();
  watch_payment();
  auto out = read_answer(answer);
  if (out && !progress_.under_way())
    progress_.begin("pod", "");
  if (out)
    progress_.end("runs");
  co_return out;
}

outcome<delivery> upload_run::read_answer(const outcome<net::http_response>& answer) {
  if (stop_.requested())
    return stop_failure(stop_);
  if (answer && answer->status == 200)
    return read_delivery(*answer, host_->name(), made_.hash.text);
  if (answer)
    result_.credit = read_refusal(*answer).credit;
  auto why = answer ? explain_refusal(*answer, host_->name()) : answer.failure();
  // When we could not pay, that is the reason, whatever the host says then.
  if (const auto& verdict = paid_->payment_verdict(); !verdict) {
    why.code = exit_code::payment;
    why.what = "the payment failed: " + printable(verdict.error().detail);
    why.next = payment_advice(verdict.error(), ledger_->place());
  }
  return why;
}

/// The steps that a paid request shows.
void upload_run::on_phase(paid_phase phase) {
  switch (phase) {
    case paid_phase::asking:
      if (!progress_.under_way())
        progress_.begin("host", "waiting for " + host_->name() + " to get ready");
      break;
    case paid_phase::opening:
      progress_.end("ready to run it");
      progress_.begin("payment", "looking for the way to the host");
      break;
    case paid_phase::paying: progress_.update("paying"); break;
    case paid_phase::repeating:
      progress_.fail();
      progress_.note(paid_->trouble().what + ". Trying again with the same pay token.");
      break;
  }
}

/// Follows the money; when all is there, the pod is what takes time.
void upload_run::watch_payment() {
  if (!paid_ || !progress_.under_way() || !ledger_)
    return;
  const auto paid = show_amount(paid_->moved().sent, ledger_->unit());
  if (paid_->moved().sent == 0)
    return;
  if (paid_->delivered() < quote_.price)
    return progress_.update("paying, " + paid + " so far");
  if (progress_.label() != "payment")
    return;
  progress_.end(paid + " paid");
  progress_.begin("pod", "waiting for " + host_->name() + " to start the pod");
}

upload_result upload(const upload_options& options, const program_world& world) {
  if (!options.assume_yes && world.streams.question_fd < 0) {
    upload_result refused;
    refused.end
      = failure{exit_code::user, "nobody can be asked whether to pay: there is no terminal",
                "Add -y to pay without asking, and --max-price to set a limit"};
    return refused;
  }
  upload_run run{options, world};
  return run.run();
}

int run_upload(const given_options& given, const program_world& world) {
  const auto& streams = world.streams;
  const auto options = read_upload_options(given, world.variable);
  upload_result result;
  if (options)
    result = upload(*options, world);
  else
    result.end = failure{exit_code::user, options.error().detail, "Try codius upload --help"};
  const bool as_json = given.find("json") != given.end();
  if (as_json)
    streams.out(report_json(result));
  else if (result.end)
    streams.out(success_text(*result.end, result, world.world.utc_now(), streams.out_style));
  else
    streams.err(failure_text(result.end.failure(), result, streams.err_style));
  return static_cast<int>(exit_of(result));
}

} // namespace codius::client
