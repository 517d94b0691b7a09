#include "runtime/client/ledger.hpp"

#include "messages/bytes.hpp"
#include "net/ilp/condition.hpp"
#include "net/ilp/ildcp.hpp"
#include "runtime/client/text.hpp"

#include <array>

namespace codius::client {

namespace {

/// Down to us: what the switch sends to our account.
class downwards final : public net::ilp_link {
public:
  explicit downwards(net::ilp_handler to) : to_(std::move(to)) {}
  asio::awaitable<net::ilp_reply> send(net::ilp_prepare p) override { return to_(std::move(p)); }
  bool connected() const override { return true; }

private:
  net::ilp_handler to_;
};

/// Up to the switch of our own host, as far as that host itself.
class upwards final : public net::ilp_link {
public:
  upwards(net::ilp_handler to, std::string host) : to_(std::move(to)), host_(std::move(host)) {}
  asio::awaitable<net::ilp_reply> send(net::ilp_prepare p) override {
    if (p.destination != host_ && !p.destination.starts_with(host_ + "."))
      co_return net::make_reject("F02", "", "the one that answers wants money for somebody else "
                                            "than this host");
    co_return co_await to_(std::move(p));
  }
  bool connected() const override { return true; }

private:
  net::ilp_handler to_;
  std::string host_;
};

} // namespace

ledger::ledger(asio::any_io_executor io, env world) : io_(std::move(io)), env_(std::move(world)) {}

ledger::~ledger() { stop(); }

asio::awaitable<result<std::shared_ptr<ledger>>> ledger::connect(asio::any_io_executor io,
                                                                 env world, net::btp_uri parent) {
  std::shared_ptr<ledger> self{new ledger{std::move(io), std::move(world)}};
  const auto opened = co_await self->open(std::move(parent));
  if (!opened)
    co_return opened.error();
  co_return self;
}

asio::awaitable<status> ledger::open(net::btp_uri parent) {
  place_ = place_of(parent);
  auto client = std::make_shared<net::btp_client>(
    io_, env_, std::move(parent), net::btp_client_options{},
    [weak = weak_from_this()](net::ilp_prepare p) { return receive(weak, std::move(p)); });
  link_ = client;
  end_ = [client] { client->stop(); };
  auto connected = co_await client->connect();
  if (!connected)
    co_return connected;
  auto request = net::make_ildcp_request(env_.utc_now());
  const auto reply = co_await client->send(std::move(request));
  const auto account = net::parse_ildcp_reply(reply);
  if (!account) {
    stop();
    co_return error{errc::unavailable, "the ledger at " + place_ + " does not say which account "
                                         + "is ours: " + printable(account.error().detail)};
  }
  address_ = account->address;
  unit_ = {account->asset_code, account->asset_scale};
  co_return ok();
}

std::shared_ptr<ledger> ledger::of_own_host(asio::any_io_executor io, env world,
                                            std::shared_ptr<net::packet_switch> packets) {
  std::shared_ptr<ledger> self{new ledger{std::move(io), std::move(world)}};
  std::array<std::byte, 16> octets{};
  self->env_.random_bytes(octets); // nobody else may claim the account
  const auto account = "own-" + to_hex(octets);
  const auto group = net::child_group::local;
  const auto& host = packets->self();
  self->place_ = "this host";
  self->address_ = host.address + "." + net::to_string(group) + "." + account;
  self->unit_ = {host.asset_code, host.asset_scale};
  const auto down = std::make_shared<downwards>([weak = std::weak_ptr{self}](net::ilp_prepare p) {
    return receive(weak, std::move(p));
  });
  self->link_ = std::make_shared<upwards>(packets->attach(group, account, down), host.address);
  self->end_ = [=] { packets->detach(group, account, down); };
  return self;
}

void ledger::attach(const std::string& own_address, net::ilp_handler handler) {
  receivers_.insert_or_assign(own_address, std::move(handler));
}

void ledger::detach(const std::string& own_address) { receivers_.erase(own_address); }

void ledger::stop() {
  if (end_)
    std::exchange(end_, {})();
}

asio::awaitable<net::ilp_reply> ledger::receive(std::weak_ptr<ledger> weak, net::ilp_prepare p) {
  const auto self = weak.lock();
  if (!self)
    co_return net::make_reject("T01", "", "the payer is gone");
  const auto it = self->receivers_.find(p.destination);
  if (it == self->receivers_.end())
    co_return net::make_reject("F02", self->address_, "no such payment here");
  const auto handler = it->second; // outlives a detach
  co_return co_await handler(std::move(p));
}

net::btp_uri default_ledger(const env& world) {
  std::array<std::byte, 16> token;
  world.random_bytes(token);
  return {false, "", to_hex(token), "localhost", 7768, "/"};
}

std::string place_of(const net::btp_uri& parent) {
  const bool v6 = parent.host.find(':') != std::string::npos;
  return printable(v6 ? "[" + parent.host + "]" : parent.host) + ":" + std::to_string(parent.port);
}

} // namespace codius::client
