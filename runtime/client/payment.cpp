#include "runtime/client/payment.hpp"

#include "messages/error_catalogue.hpp"
#include "net/ilp/address.hpp"
#include "net/ilp/condition.hpp"

#include <algorithm>

namespace codius::client {

using namespace std::chrono_literals;

namespace {

constexpr auto no_limit = std::chrono::milliseconds{std::chrono::hours{24}};
constexpr auto quiet_period = 5'000ms;
constexpr auto longest_trouble = 40'000ms; // packets, and none of them arrives

net::stream_sender_options options_for(const ledger& from, pay_place to,
                                       std::optional<net::stream_rate> rate) {
  net::stream_sender_options out;
  out.destination = std::move(to.address);
  out.shared_secret = std::move(to.secret);
  out.own_address = net::make_client_address(from.address(), from.world());
  out.asset = {from.unit().code, from.unit().scale};
  out.rate = rate;
  return out;
}

/// T01 of our own link; those of others name who they are from.
bool is_broken_link(const net::ilp_reply& reply) {
  const auto* no = std::get_if<net::ilp_reject>(&reply);
  return no && no->code == "T01" && no->triggered_by.empty();
}

bool mentions(const error& why, std::string_view code) {
  return why.detail.find(code) != std::string::npos;
}

} // namespace

money_moved& money_moved::operator+=(const money_moved& o) {
  sent += o.sent;
  uncertain += o.uncertain;
  return *this;
}

result<pay_place> parse_pay_header(std::string_view value) {
  const auto first = value.find(' ');
  const auto second = value.find(' ', first + 1);
  if (first == value.npos || second == value.npos)
    return error{errc::malformed, "it does not say where to pay"};
  if (value.substr(0, first) != "interledger-stream")
    return error{errc::unsupported, "it wants to be paid in a way that is not spoken here"};
  pay_place out;
  out.address = value.substr(first + 1, second - first - 1);
  out.secret = from_base64_lenient(value.substr(second + 1));
  if (!net::is_ilp_address(out.address) || out.secret.size() != 32)
    return error{errc::malformed, "where it wants to be paid is no Interledger address"};
  return out;
}

payment::payment(std::shared_ptr<ledger> from, pay_place to, std::optional<net::stream_rate> rate)
  : ledger_(std::move(from)), sender_(deps(), options_for(*ledger_, std::move(to), rate)),
    ended_(ledger_->executor(), net::steady_delay(ledger_->executor())) {}

payment::~payment() { ledger_->detach(sender_.own_address()); }

net::stream_sender_deps payment::deps() {
  // The sender holds this only while `this` runs one of its coroutines, and those hold `this`.
  auto to_ledger = [this](net::ilp_prepare p) { return send(shared_from_this(), std::move(p)); };
  return {ledger_->world(), ledger_->executor(), std::move(to_ledger), {}};
}

asio::awaitable<net::ilp_reply> payment::send(std::shared_ptr<payment> self, net::ilp_prepare p) {
  const auto amount = self->running_ ? p.amount : 0; // a probe is never fulfilled
  const bool left_us = amount > 0 && self->ledger_->connected();
  ++self->packets_;
  self->in_flight_ += amount;
  auto reply = co_await self->ledger_->send(std::move(p));
  self->in_flight_ -= amount;
  // The link broke while money was under way: as with a time-out, nobody knows whether it arrived.
  if (left_us && is_broken_link(reply))
    reply = net::make_reject("R00", "", "the link to the ledger broke");
  if (const auto* no = std::get_if<net::ilp_reject>(&reply))
    self->last_reject_ = net::describe(*no);
  co_return reply;
}

asio::awaitable<net::ilp_reply> payment::receive(std::weak_ptr<payment> weak, net::ilp_prepare p) {
  const auto self = weak.lock();
  if (!self)
    co_return net::make_reject("F02", "", "this payment is over");
  co_return co_await self->sender_.handle(std::move(p));
}

asio::awaitable<status> payment::open(std::chrono::milliseconds limit) {
  const auto self = shared_from_this();
  ledger_->attach(sender_.own_address(), [weak = weak_from_this()](net::ilp_prepare p) {
    return receive(weak, std::move(p));
  });
  const auto rate = co_await sender_.connect();
  if (!rate)
    co_return rate.error();
  auto ready = co_await sender_.wait_ready(limit);
  if (!ready && ready.error().code == errc::timed_out)
    co_return error{errc::timed_out, "the host does not say that it is ready to be paid"};
  co_return ready;
}

std::optional<asset> payment::host_asset() const {
  const auto& peer = sender_.peer_asset();
  if (!peer)
    return {};
  return asset{peer->code, peer->scale};
}

void payment::begin(uint64_t budget, uint64_t price, std::function<void()> on_give_up) {
  budget_ = budget;
  price_ = price;
  on_give_up_ = std::move(on_give_up);
  sender_.set_send_max(budget);
  running_ = true;
  asio::co_spawn(ledger_->executor(), run(shared_from_this()), asio::detached);
}

// What the host allows reaches us in a packet of its own, which can get lost: by a host that was
// started anew, or a connector. So when nothing at all happens, we ask.
asio::awaitable<status> payment::keep_paying() {
  std::chrono::milliseconds stuck{0};
  for (;;) {
    const auto packets = packets_;
    const auto sent = sender_.total_sent();
    auto paid = co_await sender_.run(quiet_period);
    if (stopped_ || paid || paid.error().code != errc::timed_out)
      co_return paid;
    stuck = sender_.total_sent() == sent && packets_ != packets ? stuck + quiet_period : 0ms;
    if (stuck >= longest_trouble)
      co_return error{errc::unavailable, "the payment does not get through: " + last_reject_};
    if (packets_ == packets)
      (void)co_await sender_.wait_ready(quiet_period);
    if (stopped_)
      co_return ok();
  }
}

asio::awaitable<void> payment::run(std::shared_ptr<payment> self) {
  auto& sender = self->sender_;
  self->verdict_ = co_await self->keep_paying();
  const bool spent = sender.total_sent() + sender.total_unresolved() >= self->budget_;
  if (self->verdict_ && spent && sender.total_delivered() < self->price_)
    self->verdict_ = error{errc::rejected, "all that may be spent is sent, and it is too little"};
  self->running_ = false;
  self->ended_.notify();
  if (self->verdict_)
    co_return;
  if (const auto tell = std::exchange(self->on_give_up_, nullptr))
    tell();
  co_await sender.close();
}

void payment::stop() {
  stopped_ = true;
  on_give_up_ = nullptr;
  sender_.stop();
}

asio::awaitable<status> payment::end() {
  const auto self = shared_from_this();
  stop();
  if (running_)
    (void)co_await ended_.wait(no_limit);
  co_return verdict_;
}

asio::awaitable<status> payment::close() {
  const auto self = shared_from_this();
  if (!running_)
    co_await sender_.close();
  co_return verdict_;
}

money_moved payment::moved() const {
  return {sender_.total_sent(), sender_.total_unresolved() + in_flight_};
}

bool is_temporary(const error& why) {
  return mentions(why, "T00") || mentions(why, "T01") || mentions(why, "T02")
         || mentions(why, "T03") || mentions(why, "T05") || mentions(why, "R00")
         || mentions(why, "R02");
}

std::string payment_advice(const error& why, const std::string& ledger_place) {
  if (mentions(why, "F02"))
    return "The ledger at " + ledger_place + " knows no way to this host: both must be connected "
           + "to the same network";
  if (mentions(why, "T04"))
    return "Somebody on the way has not enough money; often that is your own account at "
           + ledger_place + ": look at its balance";
  if (mentions(why, "F08"))
    return "The way to this host carries only smaller payments";
  if (mentions(why, "R00") || mentions(why, "R02"))
    return "The way to this host is slow or broken: try again later";
  if (is_temporary(why))
    return "The trouble may pass: try again";
  for (const auto& fault : payment_faults())
    if (mentions(why, fault.code)) {
      std::string hint{fault.hint};
      hint.pop_back(); // the full stop
      return hint;
    }
  return {};
}

} // namespace codius::client
