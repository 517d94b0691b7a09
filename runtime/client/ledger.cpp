#include "runtime/client/ledger.hpp"

#include "messages/bytes.hpp"
#include "net/ilp/condition.hpp"
#include "net/ilp/ildcp.hpp"
#include "runtime/client/text.hpp"

#include <array>

namespace codius::client {

ledger::ledger(asio::any_io_executor io, env world) : io_(std::move(io)), env_(std::move(world)) {}

ledger::~ledger() {
  if (client_)
    client_->stop();
}

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
  client_ = std::make_shared<net::btp_client>(
    io_, env_, std::move(parent), net::btp_client_options{},
    [weak = weak_from_this()](net::ilp_prepare p) { return receive(weak, std::move(p)); });
  auto connected = co_await client_->connect();
  if (!connected)
    co_return connected;
  auto request = net::make_ildcp_request(env_.utc_now());
  const auto reply = co_await client_->send(std::move(request));
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

void ledger::attach(const std::string& own_address, net::ilp_handler handler) {
  receivers_.insert_or_assign(own_address, std::move(handler));
}

void ledger::detach(const std::string& own_address) { receivers_.erase(own_address); }

void ledger::stop() { client_->stop(); }

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
