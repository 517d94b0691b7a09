#include "net/ilp/packet_switch.hpp"

#include "net/ilp/address.hpp"
#include "net/ilp/condition.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>

namespace codius::net {

using boost::system::error_code;

namespace {

constexpr std::array groups{child_group::local, child_group::child};

std::string path_of(child_group group, std::string_view account) {
  return std::string{to_string(group)} + "." + std::string{account};
}

// A receiver answers through this, so that one that never does cannot hold a packet for ever.
struct pending_answer {
  explicit pending_answer(const asio::any_io_executor& io) : timer(io) {}
  asio::steady_timer timer;
  std::optional<ilp_reply> reply;
};

asio::awaitable<void> run_receiver(std::shared_ptr<pending_answer> pending, ilp_handler receiver,
                                   ilp_prepare p) {
  pending->reply = co_await receiver(std::move(p));
  pending->timer.cancel();
}

} // namespace

const char* to_string(child_group group) noexcept {
  switch (group) {
    case child_group::local: return "local";
    case child_group::child: return "child";
  }
  return "?";
}

packet_switch::packet_switch(asio::any_io_executor io, env world, packet_switch_options options)
  : io_(std::move(io)), env_(std::move(world)), options_(std::move(options)) {}

// Handlers sit in sessions that the switch itself holds, so they must not hold the switch.
asio::awaitable<ilp_reply> packet_switch::enter(std::weak_ptr<packet_switch> self, source from,
                                                account_ptr account, ilp_prepare p) {
  const auto alive = self.lock();
  if (!alive)
    co_return make_reject("T01", "", "shutting down");
  co_return co_await alive->handle(from, std::move(account), std::move(p));
}

ilp_handler packet_switch::uplink_handler() {
  return [weak = weak_from_this()](ilp_prepare p) {
    return enter(weak, source::uplink, nullptr, std::move(p));
  };
}

class packet_switch::host_link final : public ilp_link {
public:
  explicit host_link(std::weak_ptr<packet_switch> parent) : parent_(std::move(parent)) {}
  asio::awaitable<ilp_reply> send(ilp_prepare p) override {
    return enter(parent_, source::host, nullptr, std::move(p));
  }
  bool connected() const override {
    const auto parent = parent_.lock();
    return parent && !parent->self().address.empty();
  }

private:
  std::weak_ptr<packet_switch> parent_;
};

std::shared_ptr<ilp_link> packet_switch::local_link() {
  return std::make_shared<host_link>(weak_from_this());
}

void packet_switch::open_account(child_group group, const std::string& account,
                                 child_policy policy) {
  auto& slot = accounts_[path_of(group, account)];
  if (!slot)
    slot = std::make_shared<child_account>(path_of(group, account), std::move(policy),
                                           options_.packets_per_minute, env_.utc_now());
}

void packet_switch::close_account(child_group group, const std::string& account) {
  const auto found = accounts_.find(path_of(group, account));
  if (found == accounts_.end())
    return;
  found->second->close();
  accounts_.erase(found);
}

std::optional<uint64_t> packet_switch::balance(child_group group,
                                               const std::string& account) const {
  const auto found = accounts_.find(path_of(group, account));
  if (found == accounts_.end())
    return {};
  return found->second->balance();
}

ilp_handler packet_switch::attach(child_group group, const std::string& account,
                                  std::shared_ptr<ilp_link> link, child_policy policy) {
  open_account(group, account, std::move(policy));
  const auto opened = accounts_[path_of(group, account)];
  opened->attach(std::move(link));
  return [weak = weak_from_this(), opened](ilp_prepare p) {
    return enter(weak, source::child, opened, std::move(p));
  };
}

void packet_switch::detach(child_group group, const std::string& account,
                           const std::shared_ptr<ilp_link>& link) {
  const auto found = accounts_.find(path_of(group, account));
  if (found == accounts_.end())
    return;
  found->second->detach(link);
  if (found->second->detached() && found->second->unlimited())
    accounts_.erase(found);
}

void packet_switch::stop() {
  uplink_ = nullptr;
  receiver_ = nullptr;
  for (const auto& [path, account] : accounts_)
    account->let_go();
  accounts_.clear();
}

ilp_reject packet_switch::reject(const char* code, const char* message) const {
  return make_reject(code, options_.self.address, message);
}

asio::awaitable<ilp_reply> packet_switch::handle(source from, account_ptr account, ilp_prepare p) {
  if (account) {
    if (account->closed())
      co_return reject("T01", "account is closed");
    if (auto refused = over_limits(*account, p))
      co_return *std::move(refused);
  }
  if (ilp_address_below("peer", p.destination))
    co_return answer_peer(from, account, p);
  if (env_.utc_now() >= p.expires_at)
    co_return reject("R02", "packet has expired");
  auto found = find_route(from, p.destination);
  if (auto* refused = std::get_if<ilp_reject>(&found))
    co_return std::move(*refused);
  auto to = std::get<route>(std::move(found));
  if (auto refused = shorten(to, p))
    co_return *std::move(refused);
  const auto amount = p.amount;
  if (to.account && !to.account->can_credit(amount))
    co_return reject("T04", "receiver's balance is full");
  if (account && !account->debit(amount))
    co_return reject("T04", "balance is too small");
  auto reply = co_await forward(std::move(to), account, std::move(p));
  co_return reply;
}

// Every way out either credits the receiver or gives the payer its money back.
asio::awaitable<ilp_reply> packet_switch::forward(route to, account_ptr payer, ilp_prepare p) {
  const auto amount = p.amount;
  const auto condition = p.execution_condition;
  const auto deadline = p.expires_at;
  ilp_reply reply = reject("T01", "link is down");
  if (to.link)
    reply = co_await to.link->send(std::move(p));
  else
    reply = co_await to_receiver(std::move(p));
  if (const auto* fulfill = std::get_if<ilp_fulfill>(&reply)) {
    if (!fulfills(fulfill->fulfillment, condition))
      reply = reject("F05", "fulfillment does not fit the condition");
    else if (env_.utc_now() >= deadline)
      reply = reject("R00", "fulfillment came too late");
  }
  if (std::holds_alternative<ilp_fulfill>(reply)) {
    if (to.account)
      to.account->credit(amount);
  } else {
    if (payer)
      payer->credit(amount);
    // A link has no address, so what it rejects itself goes out in our name.
    auto& refused = std::get<ilp_reject>(reply);
    if (refused.triggered_by.empty())
      refused.triggered_by = options_.self.address;
  }
  co_return reply;
}

asio::awaitable<ilp_reply> packet_switch::to_receiver(ilp_prepare p) {
  const auto pending = std::make_shared<pending_answer>(io_);
  // An expiry may lie thousands of years ahead, which no timer can hold.
  pending->timer.expires_after(std::min(p.expires_at - env_.utc_now(), options_.longest_hold));
  asio::co_spawn(io_, run_receiver(pending, receiver_, std::move(p)), asio::detached);
  error_code ec;
  if (!pending->reply)
    co_await pending->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  if (pending->reply)
    co_return *std::move(pending->reply);
  co_return reject("R00", "no answer in time");
}

std::optional<ilp_reject> packet_switch::over_limits(child_account& account, const ilp_prepare& p) {
  if (!account.take_packet(env_.utc_now()))
    return reject("T05", "too many packets");
  if (p.amount > options_.max_packet_amount)
    return amount_too_large(options_.self.address, p.amount, options_.max_packet_amount);
  return {};
}

ilp_reply packet_switch::answer_peer(source from, const account_ptr& account,
                                     const ilp_prepare& p) {
  if (from == source::uplink || !is_ildcp_request(p))
    return reject("F01", "no such service at this neighbour");
  auto told = options_.self;
  if (told.address.empty())
    return reject("T01", "own address is not known yet");
  if (account)
    told.address += "." + account->path();
  if (!is_ilp_address(told.address))
    return reject("F00", "own address leaves no room for children");
  return answer_ildcp(p, told, options_.self.address, env_.utc_now());
}

std::variant<packet_switch::route, ilp_reject>
packet_switch::find_route(source from, const std::string& destination) {
  const auto& own = options_.self.address;
  if (!own.empty() && ilp_address_below(own, destination)) {
    const auto below
      = std::string_view{destination}.substr(std::min(own.size() + 1, destination.size()));
    for (const auto group : groups)
      if (ilp_address_below(to_string(group), below))
        return route_to_child(below);
    if (!receiver_)
      return reject("F02", "nobody receives here");
    return route{};
  }
  if (!uplink_ || from == source::uplink)
    return reject("F02", "no route to the destination");
  if (!uplink_->connected())
    return reject("T01", "uplink is down");
  return route{uplink_, nullptr};
}

// `below` starts with a group; its second segment is the account.
std::variant<packet_switch::route, ilp_reject>
packet_switch::route_to_child(std::string_view below) {
  const auto after_group = std::min(below.find('.'), below.size() - 1) + 1;
  const auto path = below.substr(0, below.find('.', after_group));
  const auto found = accounts_.find(path);
  if (found == accounts_.end())
    return reject("F02", "no such child");
  auto link = found->second->link();
  if (!link)
    return reject("T01", "child is not connected");
  return route{std::move(link), found->second};
}

// The next hop must answer early enough for us to answer in time. The host itself is no hop.
std::optional<ilp_reject> packet_switch::shorten(const route& to, ilp_prepare& p) {
  const auto now = env_.utc_now();
  if (to.link) {
    p.expires_at = std::min(p.expires_at - options_.expiry_margin, now + options_.longest_hold);
    if (p.expires_at - now < options_.shortest_hold)
      return reject("R02", "packet expires too soon to be forwarded");
  }
  return {};
}

} // namespace codius::net
