// How a sender pays: RFC 0029 §6, with the bounds that it leaves open.
#include "net/ilp/stream_sender.hpp"

#include <algorithm>

namespace codius::net {

using namespace std::chrono_literals;

namespace {

constexpr auto first_retry = 100ms;
constexpr auto longest_retry = 5'000ms;
constexpr int most_setbacks = 12; // half a minute of waiting in all

} // namespace

uint64_t stream_sender::budget() const {
  return saturating_sub(send_max_, saturating_add(sent_, lost_));
}

uint64_t stream_sender::next_amount() const {
  auto x = std::min({budget(), path_.limit, options_.max_packet});
  if (rate_.arrived > rate_.sent) // what arrives must fit into 64 bits
    x = std::min(x, mul_div_floor(stream_unlimited, rate_.sent, rate_.arrived));
  if (remote_max_)
    x = std::min(x, maximum_to_send(*remote_max_, remote_received_, rate_));
  return pointless(x) ? 0 : x;
}

// The last of the budget, and worth nothing on the other side.
bool stream_sender::pointless(uint64_t amount) const {
  return amount == budget() && rate_.to_receiver(amount) == 0;
}

// Why `run` and `wait_ready` have to end; nothing while they need not.
std::optional<status> stream_sender::over() const {
  if (stopped_)
    return ok();
  if (closed_ && closed_->code == static_cast<uint8_t>(stream_error::no_error))
    return ok();
  if (closed_)
    return error{errc::rejected, "the receiver closed the connection: " + closed_->message};
  if (time_over_)
    return error{errc::timed_out, "the payment took too long"};
  return std::nullopt;
}

// The budget is used up.
status stream_sender::complete() const {
  if (lost_ == 0)
    return ok();
  return error{errc::timed_out, "nobody answered in time for " + std::to_string(lost_)
                                  + " units, which may be gone"};
}

asio::awaitable<status> stream_sender::run(std::chrono::milliseconds limit) {
  stopped_ = time_over_ = false;
  setbacks_ = 0;
  retry_ = first_retry;
  const auto cancel = deps_.after(limit, [this] {
    time_over_ = true;
    news_.notify();
    halt_.notify();
  });
  auto outcome = ok();
  for (;;) {
    if (auto end = over()) {
      outcome = *std::move(end);
      break;
    }
    const auto amount = next_amount();
    if (amount > 0)
      outcome = co_await pay(amount);
    else if (pointless(budget())) {
      outcome = complete();
      break;
    } else if (std::exchange(say_blocked_, false))
      outcome = co_await say("the receiver refuses to talk about its limit");
    else
      (void)co_await news_.wait(limit);
    if (!outcome)
      break;
  }
  cancel();
  co_return outcome;
}

asio::awaitable<status> stream_sender::pay(uint64_t amount) {
  const auto minimum = minimum_arriving(amount, rate_, options_.slippage);
  const auto a = co_await exchange(usual_frames(amount), amount, minimum);
  switch (a.how) {
    case answer::kind::fulfilled:
      // Without STREAM data the receiver has the money all the same, but does not say how much.
      sent_ += amount;
      if (a.packet)
        delivered_ = saturating_add(delivered_, a.packet->amount);
      path_.fulfilled(amount);
      setbacks_ = 0;
      retry_ = first_retry;
      co_return ok();
    case answer::kind::refused: co_return co_await refused(amount, a);
    case answer::kind::rejected: co_return co_await rejected(amount, a);
    case answer::kind::broken: break;
  }
  lost_ = saturating_add(lost_, amount);
  co_return error{errc::rejected, "the answer to a packet does not belong to it"};
}

// F99. When it told us something that changes our next step we go on at once, otherwise we would
// only ask the same again.
asio::awaitable<status> stream_sender::refused(uint64_t amount, const answer& a) {
  const auto next = next_amount();
  if (a.packet && next != amount && ++setbacks_ < most_setbacks) {
    say_blocked_ = next == 0;
    co_return ok();
  }
  error why{errc::rejected, "the receiver refuses the payment"};
  const auto minimum = minimum_arriving(amount, rate_, options_.slippage);
  if (a.packet && a.packet->amount < minimum)
    why.detail = "the exchange rate fell: " + std::to_string(a.packet->amount)
                 + " would arrive where at least " + std::to_string(minimum) + " should";
  co_return co_await try_again(std::move(why));
}

asio::awaitable<status> stream_sender::rejected(uint64_t amount, const answer& a) {
  const auto& code = a.reject.code;
  error why{errc::unavailable, "the payment failed: " + describe(a.reject)};
  if (code == "F08") {
    path_.too_large(amount, a.reject.data);
    if (path_.limit > 0 && ++setbacks_ < 64)
      co_return ok();
  } else if (code.starts_with('T')) {
    if (code == "T04")
      path_.illiquid(amount);
    co_return co_await try_again(std::move(why));
  } else if (code.starts_with('R')) {
    // R00 means that nobody answered in time, so the money may be gone.
    if (code == "R00")
      lost_ = saturating_add(lost_, amount);
    ++setbacks_; // counts double: each may cost
    co_return co_await try_again(std::move(why));
  }
  co_return why;
}

asio::awaitable<status> stream_sender::try_again(error why) {
  if (++setbacks_ > most_setbacks)
    co_return why;
  const auto wait = std::exchange(retry_, std::min(retry_ * 2, longest_retry));
  (void)co_await halt_.wait(wait);
  co_return ok();
}

} // namespace codius::net
