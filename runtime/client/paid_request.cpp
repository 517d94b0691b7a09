#include "runtime/client/paid_request.hpp"

#include "runtime/client/host_answers.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <array>

namespace codius::client {

using namespace std::chrono_literals;

namespace {

constexpr auto ready_limit = 30s; // for the host to open the stream
constexpr auto patience = 10s;    // for its answer once we cannot pay
constexpr auto packet_limit = 3s; // for the packet under way, when stopped
constexpr auto close_limit = 1s;  // for the host to hear that the payment is over
// Before a silent host is asked again: by then a service manager has started it anew.
constexpr std::array<std::chrono::milliseconds, 3> pauses{300ms, 1s, 2s};

failure payment_failure(const error& why, const ledger& from) {
  const auto code = why.code == errc::timed_out ? exit_code::timed_out : exit_code::payment;
  return {code, "the host cannot be paid: " + printable(why.detail),
          payment_advice(why, from.place())};
}

bool is_pay_first(const net::http_response& answer) {
  return answer.status == 402 && answer.fields.find("pay");
}

} // namespace

std::string token_text(const pay_token& token) { return to_base64url(token); }

paid_request::paid_request(paid_request_deps deps, paid_request_options options)
  : deps_(std::move(deps)), options_(std::move(options)) {
  options_.request.fields.set("Pay-Token", token_text(options_.token));
}

money_moved paid_request::moved() const {
  auto all = earlier_;
  if (payment_)
    all += payment_->moved();
  return all;
}

uint64_t paid_request::delivered() const {
  return earlier_delivered_ + (payment_ ? payment_->delivered() : 0);
}

void paid_request::say(paid_phase phase) const {
  if (deps_.on_phase)
    deps_.on_phase(phase);
}

asio::awaitable<outcome<net::http_response>> paid_request::run() {
  const auto self = shared_from_this();
  for (int repeat = 0;; ++repeat) {
    auto got = co_await attempt();
    if (got || !may_pass_ || repeat >= options_.repeats)
      co_return got;
    trouble_ = got.failure();
    say(paid_phase::repeating);
    const auto wait = pauses[std::min<size_t>(static_cast<size_t>(repeat), pauses.size() - 1)];
    co_await rest(wait, *deps_.stop);
    if (deps_.stop->requested())
      co_return stop_failure(*deps_.stop);
  }
}

asio::awaitable<paid_request::answer> paid_request::ask(stopper& until) {
  auto question = deps_.host->ask(options_.request, options_.answer_limit);
  auto got = co_await within(options_.answer_limit + 1s, until, std::move(question));
  may_pass_ = false;
  if (deps_.stop->requested())
    co_return stop_failure(*deps_.stop);
  may_pass_ = !got || !*got;
  if (!got)
    co_return explain_silence({errc::timed_out, ""}, deps_.host->name());
  if (!*got)
    co_return explain_silence(got->error(), deps_.host->name());
  co_return **std::move(got);
}

asio::awaitable<paid_request::answer> paid_request::attempt() {
  say(paid_phase::asking);
  auto first = co_await ask(*deps_.stop);
  if (!first || !is_pay_first(*first))
    co_return first;
  co_return co_await pay_and_ask(*std::move(first));
}

asio::awaitable<outcome<std::shared_ptr<payment>>>
paid_request::open_payment(const net::http_response& first) {
  auto place = parse_pay_header(first.fields.get("pay"));
  if (!place)
    co_return failure{exit_code::host,
                      deps_.host->name() + " cannot be paid: " + place.error().detail,
                      "Is this the address of a Codius host?"};
  auto from = co_await deps_.ledger_of();
  if (!from)
    co_return from.failure();
  say(paid_phase::opening);
  auto out = std::make_shared<payment>(*from, *std::move(place), options_.rate);
  const auto hook = deps_.stop->on_stop([out] { out->stop(); });
  auto opening = out->open(ready_limit);
  const auto opened = co_await within(ready_limit * 4, *deps_.stop, std::move(opening));
  if (deps_.stop->requested())
    co_return stop_failure(*deps_.stop);
  if (!opened)
    co_return payment_failure({errc::timed_out, "the way to the host is silent"}, **from);
  if (!*opened) {
    may_pass_ = is_temporary(opened->error());
    co_return payment_failure(opened->error(), **from);
  }
  co_return out;
}

asio::awaitable<paid_request::answer> paid_request::pay_and_ask(net::http_response first) {
  const auto asked = read_asked_price(first);
  if (!asked)
    co_return asked.failure();
  auto opened = co_await open_payment(first);
  if (!opened)
    co_return opened.failure();
  payment_ = *std::move(opened);
  if (payment_->host_asset())
    host_unit_ = payment_->host_asset();
  options_.rate = payment_->rate();
  price_facts facts{payment_->rate(), host_unit_, *asked};
  const auto limits = co_await deps_.decide(std::move(facts));
  const auto allowed = limits ? check_ceiling(*limits) : done{limits.failure()};
  if (!allowed) {
    co_await finish_payment();
    co_return allowed.failure();
  }
  auto got = co_await ask_while_paying(*limits);
  co_await finish_payment();
  if (got && is_pay_first(*got)) { // a host that was started anew has forgotten our stream
    may_pass_ = true;
    co_return failure{exit_code::payment, deps_.host->name() + " does not know of the payment", {}};
  }
  co_return got;
}

/// What is lost counts as spent. When it was too much to go on, nobody is made to wait for that.
done paid_request::check_ceiling(spending limits) const {
  if (earlier_.uncertain == 0
      || earlier_.sent + earlier_.uncertain + limits.budget <= limits.ceiling)
    return well();
  return failure{exit_code::payment,
                 "the link to the ledger broke while money was under way, so nobody knows whether "
                 "it arrived, and paying again could cost more than the limit",
                 "Try again in a while; only a higher --max-price lets it be paid twice"};
}

asio::awaitable<paid_request::answer> paid_request::ask_while_paying(spending limits) {
  say(paid_phase::paying);
  // The host may stay silent until its own time limit when it cannot be paid; we need not wait.
  stopper until;
  std::function<void()> call_off = [] {};
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  const auto give_up = [&] {
    call_off = net::steady_delay(io)(patience, [&until] { until.request(stop_reason::timed_out); });
  };
  const auto hook = deps_.stop->on_stop([this, &until] {
    payment_->stop();
    until.request(deps_.stop->reason());
  });
  const auto left = net::saturating_sub(limits.ceiling, earlier_.sent + earlier_.uncertain);
  payment_->begin(std::min(net::saturating_sub(limits.budget, earlier_.sent), left),
                  net::saturating_sub(limits.price, earlier_delivered_), give_up);
  auto got = co_await ask(until);
  call_off();
  co_return got;
}

/// Ends the payment and keeps what it moved.
asio::awaitable<void> paid_request::finish_payment() {
  const auto over = payment_;
  over->stop();
  stopper never;
  auto ending = over->end();
  (void)co_await within(packet_limit * (deps_.stop->requested() ? 1 : 15), never,
                        std::move(ending));
  verdict_ = over->verdict();
  auto closing = over->close();
  (void)co_await within(options_.wait_for_close ? close_limit : 0s, never, std::move(closing));
  earlier_ += over->moved();
  earlier_delivered_ += over->delivered();
  payment_ = nullptr;
}

} // namespace codius::client
