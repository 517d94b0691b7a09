// How a sender meets its receiver: probing the path, opening the stream.
#include "net/ilp/stream_sender.hpp"

#include <algorithm>
#include <set>

namespace codius::net {

using namespace std::chrono_literals;

namespace {

constexpr int probe_rounds = 15;
constexpr auto first_probe_retry = 100ms;
constexpr auto answer_grace = 5'000ms; // a link answers by the packet's expiry, or soon after
constexpr int enough_digits = 3;
constexpr auto first_retry = 100ms;

int digits(uint64_t v) {
  int n = 0;
  for (; v > 0; v /= 10)
    ++n;
  return n;
}

// Probes under way; kept alive by whichever of them ends last.
struct gathering {
  gathering(asio::any_io_executor io, delay after, size_t n)
    : done(std::move(io), std::move(after)), replies(n), left(n) {}
  wake_up done;
  std::vector<std::optional<ilp_reply>> replies;
  size_t left;
};

asio::awaitable<void> gather(std::shared_ptr<gathering> all, size_t i, ilp_handler send,
                             ilp_prepare p) {
  all->replies[i] = co_await send(std::move(p));
  if (--all->left == 0)
    all->done.notify();
}

} // namespace

struct stream_sender::probe_outcome {
  stream_rate best{0, 1};            ///< of the answer that says most
  std::set<uint64_t> limits;         ///< learnt from F08
  std::optional<uint64_t> temporary; ///< the smallest amount that failed for now
  std::string last_reject;
  bool broken = false;
};

asio::awaitable<std::vector<std::optional<ilp_reply>>>
stream_sender::probe(std::vector<ilp_prepare> packets) {
  auto all = std::make_shared<gathering>(deps_.io, deps_.after, packets.size());
  for (size_t i = 0; i < packets.size(); ++i)
    asio::co_spawn(deps_.io, gather(all, i, deps_.send, std::move(packets[i])), asio::detached);
  (void)co_await all->done.wait(options_.packet_expiry + answer_grace);
  co_return all->replies;
}

asio::awaitable<stream_sender::probe_outcome>
stream_sender::probe_round(std::vector<uint64_t> amounts) {
  const auto first = sequence_ + 1;
  std::vector<ilp_prepare> packets;
  for (uint64_t amount : amounts)
    packets.push_back(pack(greeting(), amount, 0, false));
  const auto replies = co_await probe(std::move(packets));
  probe_outcome out;
  for (size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i])
      continue;
    const auto a = read(*replies[i], first + i, octets32{});
    out.broken |= a.how == answer::kind::broken; // nobody could fulfill it
    if (a.packet && digits(a.packet->amount) >= digits(out.best.arrived))
      out.best = {a.packet->amount, amounts[i]};
    if (a.how != answer::kind::rejected)
      continue;
    out.last_reject = describe(a.reject);
    if (a.reject.code == "F08") {
      if (const auto limit = limit_from_f08(amounts[i], a.reject.data))
        out.limits.insert(*limit);
    } else if (a.reject.code.starts_with('T')) {
      out.temporary = std::min(out.temporary.value_or(stream_unlimited), amounts[i]);
    }
  }
  co_return out;
}

asio::awaitable<result<stream_rate>> stream_sender::connect() {
  if (options_.rate) {
    rate_ = *options_.rate;
    co_return rate_;
  }
  auto amounts = options_.probes;
  auto wait = first_probe_retry;
  error none{errc::unavailable, "no answer from the receiver"};
  for (int round = 0; round < probe_rounds && !amounts.empty(); ++round) {
    const auto seen = co_await probe_round(std::move(amounts));
    if (seen.broken)
      co_return error{errc::rejected, "the receiver answers with somebody else's packets"};
    if (closed_)
      co_return error{errc::rejected, "the receiver turns us away: " + closed_->message};
    if (!seen.limits.empty())
      path_.limit = path_.maximum = std::min(path_.maximum, *seen.limits.begin());
    if (path_.limit == 0)
      co_return error{errc::unavailable, "the path carries no money at all"};
    if (digits(seen.best.arrived) >= digits(rate_.arrived) || round == 0)
      rate_ = seen.best;
    if (digits(rate_.arrived) >= enough_digits)
      co_return rate_;
    if (!seen.last_reject.empty())
      none.detail = "no rate to be had: " + seen.last_reject;
    amounts.assign(seen.limits.begin(), seen.limits.end());
    if (seen.temporary) {
      amounts.push_back(std::max<uint64_t>(1, *seen.temporary - *seen.temporary / 3));
      (void)co_await halt_.wait(wait);
      wait += wait / 2;
    }
  }
  co_return none;
}

// A packet without money, repeated until it gets through.
asio::awaitable<status> stream_sender::say(const char* what) {
  retry_ = first_retry;
  for (;;) {
    const auto a = co_await exchange(usual_frames(0), 0, 0);
    if (a.how == answer::kind::fulfilled)
      co_return ok();
    if (a.how == answer::kind::broken)
      co_return error{errc::rejected, what};
    error why{errc::rejected, what};
    if (a.how == answer::kind::rejected) {
      why = {errc::unavailable, std::string{what} + ": " + describe(a.reject)};
      if (a.reject.code.starts_with('F'))
        co_return why;
    }
    if (auto again = co_await try_again(std::move(why)); !again || over())
      co_return again;
  }
}

asio::awaitable<status> stream_sender::wait_ready(std::chrono::milliseconds limit) {
  stopped_ = time_over_ = false;
  setbacks_ = 0;
  // The receiver may have been started anew since it heard of us; without our address it can
  // neither announce a limit nor put one into a reply.
  confirmed_ = false;
  const auto cancel = deps_.after(limit, [this] {
    time_over_ = true;
    news_.notify();
    halt_.notify();
  });
  auto outcome = co_await say("the receiver does not open a stream");
  while (outcome && !ready_) {
    if (auto end = over()) {
      outcome = *std::move(end);
      break;
    }
    (void)co_await news_.wait(limit);
  }
  cancel();
  co_return outcome;
}

} // namespace codius::net
