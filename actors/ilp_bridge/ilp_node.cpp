#include "actors/ilp_bridge/ilp_node.hpp"

#include "messages/error_catalogue.hpp"
#include "runtime/base/log.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

std::string tag_of(const pay_token& token) { return to_hex(token); }

std::optional<pay_token> token_of(const std::string& tag) {
  const auto octets = from_hex(tag);
  pay_token out{};
  if (!octets || octets->size() != out.size())
    return std::nullopt;
  std::copy(octets->begin(), octets->end(), out.begin());
  return out;
}

/// Which of the `payment_faults` a connection ended with.
const char* fault_of(errc code) {
  switch (code) {
    case errc::timed_out: return "uplink_silent";
    case errc::rejected: return "uplink_refused";
    case errc::unavailable: return "uplink_unreachable";
    default: return "uplink_closed";
  }
}

} // namespace

ilp_node::ilp_node(asio::any_io_executor io, env world, ilp_settings settings, ilp_hooks hooks)
  : io_(std::move(io)), world_(std::move(world)), settings_(std::move(settings)),
    hooks_(std::move(hooks)),
    switch_(std::make_shared<net::packet_switch>(io_, world_, net::packet_switch_options{})) {}

status ilp_node::start() {
  if (settings_.uplink)
    dial();
  else
    come_up({settings_.local_address, settings_.local_unit.scale, settings_.local_unit.code});
  return settings_.listen_ip.empty() ? ok() : listen();
}

void ilp_node::stop() {
  stopped_ = true;
  if (server_)
    server_->stop();
  if (uplink_)
    uplink_->stop();
  switch_->stop();
  receiver_.reset();
}

// --- the network -----------------------------------------------------------------------------

void ilp_node::come_up(const net::ildcp_response& self) {
  const bool same_asset = receiver_ && switch_->self().asset_code == self.asset_code
                          && switch_->self().asset_scale == self.asset_scale;
  switch_->set_self(self);
  up_ = true;
  log::write(log::level::info, "ledger.up",
             {{"address", self.address},
              {"asset", self.asset_code},
              {"scale", std::to_string(self.asset_scale)}});
  if (same_asset)
    return;
  due_.clear(); // was in another asset
  const auto weak = weak_from_this();
  net::stream_server_deps deps;
  deps.world = world_;
  deps.io = io_;
  deps.secret = settings_.server_secret;
  deps.asset_code = self.asset_code;
  deps.asset_scale = self.asset_scale;
  deps.own_address = [sw = switch_] { return sw->self().address; };
  deps.send = [link = switch_->local_link()](net::ilp_prepare p) { return link->send(std::move(p)); };
  deps.on_stream = [weak](const std::string& tag) {
    if (auto node = weak.lock())
      node->payer_came(tag);
  };
  deps.credit = [weak](std::string tag, uint64_t amount) {
    return book(weak, std::move(tag), amount);
  };
  receiver_ = std::make_shared<net::stream_server>(std::move(deps));
  switch_->set_receiver([receiver = std::weak_ptr{receiver_}](net::ilp_prepare p) {
    return receive(receiver, std::move(p));
  });
}

void ilp_node::go_down(const char* fault, std::string why) {
  if (std::exchange(up_, false))
    log::write(log::level::warn, "ledger.down", {{"fault", fault}, {"why", why}});
  why_down_ = std::move(why);
  fault_ = fault;
}

/// Where the operator's ledger is, and what it said, is none of a stranger's affair.
error ilp_node::not_payable() const {
  const auto* fault = find_payment_fault(fault_);
  return {errc::payments_down, "this host cannot be paid just now: "
                                 + std::string{fault ? fault->name : "it is starting"}};
}

status ilp_node::listen() {
  net::btp_server_options options;
  options.address = settings_.listen_ip;
  options.port = settings_.listen_port;
  net::btp_server_events events;
  // On a private network money is play money. Below an uplink it is the operator's: a client may
  // spend only what it was paid.
  net::child_policy policy;
  policy.unlimited = !settings_.uplink.has_value();
  events.on_connect
    = [sw = switch_, policy](const std::string& account, std::shared_ptr<net::ilp_link> link) {
        return sw->attach(net::child_group::local, account, std::move(link), policy);
      };
  events.on_disconnect = [sw = switch_](const std::string& account, const auto& link) {
    sw->detach(net::child_group::local, account, link);
  };
  auto server = net::btp_server::listen(
    io_, world_, options, std::make_shared<net::memory_btp_accounts>(), std::move(events));
  if (!server)
    return server.error();
  server_ = *server;
  log::write(log::level::info, "connector.listening",
             {{"at", settings_.listen_ip + ":" + std::to_string(server_->port())}});
  if (hooks_.on_listen)
    hooks_.on_listen(server_->port());
  return ok();
}

void ilp_node::dial() {
  const auto weak = weak_from_this();
  net::btp_client_events events;
  events.on_up = [weak, io = io_] {
    if (auto node = weak.lock())
      asio::co_spawn(io, configure(std::move(node)), asio::detached);
  };
  events.on_down = [weak](error why) {
    if (auto node = weak.lock())
      node->go_down(node->up_ ? "uplink_closed" : fault_of(why.code),
                    "the ledger cannot be reached: " + why.detail);
  };
  uplink_
    = std::make_shared<net::btp_client>(io_, world_, *settings_.uplink, net::btp_client_options{},
                                        switch_->uplink_handler(), std::move(events));
  switch_->set_uplink(uplink_);
  uplink_->start();
}

/// Asks the parent who we are (ILDCP, RFC 0031).
asio::awaitable<void> ilp_node::configure(std::shared_ptr<ilp_node> node) {
  auto request = net::make_ildcp_request(node->world_.utc_now());
  const auto reply = co_await node->uplink_->send(std::move(request));
  const auto self = net::parse_ildcp_reply(reply);
  if (node->stopped_)
    co_return;
  if (self)
    node->come_up(*self);
  else
    node->go_down("uplink_unconfigured",
                  "the ledger did not tell this host's address: " + self.error().detail);
}

asio::awaitable<status> ilp_node::book(std::weak_ptr<ilp_node> weak, std::string tag,
                                       uint64_t amount) {
  const auto node = weak.lock();
  const auto token = token_of(tag);
  if (!node || !token)
    co_return error{errc::unavailable, "the host is stopping"};
  const auto& self = node->switch_->self();
  asset unit{self.asset_code, self.asset_scale};
  auto booked = co_await node->hooks_.book(*token, amount, std::move(unit));
  if (const auto due = node->due_.find(*token); booked && due != node->due_.end())
    due->second -= std::min(due->second, amount);
  co_return booked;
}

asio::awaitable<net::ilp_reply> ilp_node::receive(std::weak_ptr<net::stream_server> weak,
                                                  net::ilp_prepare p) {
  const auto receiver = weak.lock();
  if (!receiver) {
    net::ilp_reject stopping;
    stopping.code = "T00";
    stopping.message = "the host is stopping";
    co_return stopping;
  }
  co_return co_await receiver->handle(std::move(p));
}

// --- payments --------------------------------------------------------------------------------

ledger_link ilp_node::link() const {
  const auto& self = switch_->self();
  ledger_link out{up_, {self.asset_code, self.asset_scale}, self.address, {}, {}};
  if (self.address.empty())
    out.unit = settings_.local_unit;
  if (!up_) {
    out.why = why_down_;
    out.fault = fault_;
  }
  return out;
}

result<payment_state> ilp_node::payment(const pay_token& token) const {
  if (!up_ || !receiver_)
    return not_payable();
  const auto& self = switch_->self();
  return payment_state{{self.asset_code, self.asset_scale},
                       receiver_->has_stream(tag_of(token)),
                       receiver_->generate(self.address, token)};
}

status ilp_node::allow(const pay_token& token, uint64_t due) {
  if (!receiver_)
    return not_payable();
  auto allowed = receiver_->allow(tag_of(token), due);
  if (allowed)
    due_[token] = due;
  return allowed;
}

/// While it pays, a stream takes the place of one that was lost; its money never counts twice, as
/// none is under way on the old one then.
void ilp_node::payer_came(const std::string& tag) {
  const auto token = token_of(tag);
  if (!token)
    return;
  if (const auto due = due_.find(*token); due != due_.end() && due->second > 0)
    (void)receiver_->allow(tag, due->second);
  if (hooks_.on_payer)
    hooks_.on_payer(*token);
}

void ilp_node::forget(const pay_token& token) {
  due_.erase(token);
  if (receiver_)
    receiver_->forget(tag_of(token));
}

} // namespace codius::actors
