#pragma once
// A host that sells over real sockets, STREAM and BTP, and misbehaves as a test asks. It has no
// pods.
#include "messages/money.hpp"
#include "net/ilp/btp_server.hpp"
#include "net/ilp/packet_switch.hpp"
#include "net/ilp/stream_server.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/system_env.hpp"
#include "runtime/manifest/hash.hpp"
#include "tests/runtime/client/tiny_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <future>
#include <map>
#include <memory>

namespace codius::tests {

struct host_plan {
  std::string quoted = "\"1000\"";                           ///< JSON
  std::string unit = R"(,"assetCode":"XRP","assetScale":9)"; ///< more of the quote's members
  bool quote_needs_token = false;        ///< as the original: a quote goes through the handshake
  bool quote_needs_private = false;      ///< 422 without the private values
  uint64_t price = 1000;                 ///< what it takes, in its own units
  std::optional<std::string> asked = {}; ///< `price` of the 402, JSON
  uint64_t worth = 1;                    ///< payer's units for one of the host's
  std::string asset_code = "XRP";
  uint8_t asset_scale = 9;
  asset ledger_unit = {"XRP", 9}; ///< of the payer's account
  int restarts_at = -1;           ///< packets before its STREAM side is started anew
  bool forgets = false;           ///< its streams, once, when it is asked for what they paid
  uint64_t greed = 0;             ///< how much more it would take if it could
  /// Told how many paid requests were answered before; the answer to this one. Empty: 200.
  std::function<std::optional<std::string>(int n, const std::string& hash)> after_payment = {};
};

/// What a further host of the same network does differently.
struct other_plan {
  uint64_t worth = 0;                    ///< payer's units for one of the host's; 0: as the first
  std::optional<std::string> asked = {}; ///< `price` of the 402, JSON
  bool unknown_to_ledger = false;        ///< wants to be paid where the ledger knows no way to
  /// Asked before each paid request; an answer in its place.
  std::function<std::optional<std::string>(const tiny_request&)> before_sale = {};
};

class fake_host {
  /// Runs `what` on the ledger's thread, and waits.
  template <class F>
  auto on_ledger(F what) {
    std::packaged_task<decltype(what())()> task{std::move(what)};
    auto done = task.get_future();
    asio::post(io_, [&task] { task(); });
    return done.get();
  }

public:
  explicit fake_host(host_plan plan = {}) : plan_(std::move(plan)) {
    start_ledger();
    http_ = std::make_unique<tiny_server>(
      [this](const tiny_request& r) { return serve(r, plan_.quoted, plan_.price, {}); });
  }
  ~fake_host() {
    over_ = true;
    news_.notify_all();
    http_.reset();
    more_.clear();
    on_ledger([this] {
      btp_->stop();
      switch_->stop();
      receiver_.reset();
    });
    work_.reset();
    thread_.join();
  }

  std::string url() const { return http_->url(); }
  std::string ledger() const { return "btp+ws://:secret@127.0.0.1:" + std::to_string(btp_port_); }
  /// Host's units.
  uint64_t received() {
    std::scoped_lock lock{mutex_};
    uint64_t all = 0;
    for (const auto& [token, amount] : received_)
      all += amount;
    return all;
  }
  /// A further host of the same network, with a price of its own. Gives its URL.
  std::string another(uint64_t price, other_plan plan = {}) {
    more_.push_back(std::make_unique<tiny_server>([this, price, plan](const tiny_request& r) {
      return serve(r, std::to_string(price), price, plan);
    }));
    return more_.back()->url();
  }
  std::vector<tiny_request> requests() {
    std::scoped_lock lock{mutex_};
    return requests_;
  }

private:
  void start_ledger() {
    const auto executor = io_.get_executor();
    const auto world = runtime::system_env();
    net::packet_switch_options options;
    options.self = {"private.test", plan_.ledger_unit.scale, plan_.ledger_unit.code};
    switch_ = std::make_shared<net::packet_switch>(executor, world, options);
    net::stream_server_deps deps;
    deps.world = world;
    deps.io = executor;
    deps.secret = byte_buffer(32, std::byte{7});
    deps.asset_code = plan_.asset_code;
    deps.asset_scale = plan_.asset_scale;
    deps.own_address = [] { return std::string{"private.test"}; };
    deps.send = [sw = switch_](net::ilp_prepare p) { return sw->local_link()->send(std::move(p)); };
    deps.credit = [this](std::string token, uint64_t amount) { return book(token, amount); };
    receiver_ = std::make_shared<net::stream_server>(deps);
    switch_->set_receiver([this, deps](net::ilp_prepare p) {
      p.amount /= worth_at(p.destination);
      if (packets_++ == plan_.restarts_at) // its addresses stay good, all else is forgotten
        receiver_ = std::make_shared<net::stream_server>(deps);
      return receive(receiver_, std::move(p));
    });
    net::btp_server_events events;
    events.on_connect = [this](const std::string& account, std::shared_ptr<net::ilp_link> link) {
      net::child_policy policy;
      policy.unlimited = true;
      return switch_->attach(net::child_group::local, account, std::move(link), policy);
    };
    events.on_disconnect = [sw = switch_](const std::string& account, const auto& link) {
      sw->detach(net::child_group::local, account, link);
    };
    auto server = net::btp_server::listen(executor, world, {},
                                          std::make_shared<net::memory_btp_accounts>(), events);
    REQUIRE(server);
    btp_ = *server;
    btp_port_ = btp_->port();
    thread_ = std::thread{[this] { io_.run(); }};
  }

  static asio::awaitable<net::ilp_reply> receive(std::shared_ptr<net::stream_server> receiver,
                                                 net::ilp_prepare p) {
    co_return co_await receiver->handle(std::move(p));
  }

  asio::awaitable<status> book(std::string token, uint64_t amount) {
    std::scoped_lock lock{mutex_};
    received_[token] += amount;
    news_.notify_all();
    co_return ok();
  }

  uint64_t received_for(const std::string& token) {
    std::scoped_lock lock{mutex_};
    return received_[token];
  }

  /// On the ledger's thread.
  uint64_t worth_at(const std::string& destination) const {
    for (const auto& [address, worth] : worths_)
      if (destination.starts_with(address))
        return worth;
    return plan_.worth;
  }

  std::optional<std::string> serve(const tiny_request& r, const std::string& quoted, uint64_t price,
                                   const other_plan& other) {
    const auto at = r.target.find("manifestHash=");
    auto hash = at == std::string::npos ? "" : r.target.substr(at + 13, 52);
    const auto body = runtime::parse_json(r.body);
    const auto* manifest = body ? body->find("manifest") : nullptr;
    if (manifest)
      hash = runtime::hash_manifest(*manifest).text;
    {
      std::scoped_lock lock{mutex_};
      requests_.push_back(r);
      if (r.method == "POST" && manifest)
        pods_[hash] = dump(*manifest);
      if (r.method == "GET")
        return pods_.count(hash) ? delivered(hash, R"(,"manifest":)" + pods_[hash])
                                 : answer(404, R"({"message":"no such pod"})");
    }
    if (!manifest && r.method != "PUT")
      return answer(400, R"({"statusCode":400,"message":"no manifest"})");
    if (r.method == "OPTIONS")
      return quote(r, *body, hash, quoted);
    if (other.before_sale)
      if (auto instead = other.before_sale(r))
        return instead;
    return sell(r, hash, price, other);
  }

  std::optional<std::string> quote(const tiny_request& r, const runtime::json& body,
                                   const std::string& hash, const std::string& quoted) {
    if (plan_.quote_needs_private && !body.find("private")
        && r.body.find("private:sha256") != std::string::npos)
      return answer(422, R"({"message":"variable is private"})");
    if (plan_.quote_needs_token && !on_ledger([&] { return receiver_->has_stream(tag(r)); }))
      return pay_first(r);
    return answer(200, R"({"manifestHash":")" + hash + R"(","price":)" + quoted + plan_.unit + "}");
  }

  std::optional<std::string> sell(const tiny_request& r, const std::string& hash, uint64_t price,
                                  const other_plan& other) {
    const auto key = tag(r);
    const bool paid = received_for(key) >= price;
    if (!paid && !on_ledger([&] { return receiver_->has_stream(key); }))
      return pay_first(r, other);
    if (!paid && std::exchange(plan_.forgets, false))
      return pay_first(r, other);
    if (!paid) {
      (void)on_ledger([&] { return receiver_->allow(key, price + plan_.greed); });
      std::unique_lock lock{mutex_};
      const auto content = [&] { return over_ || received_[key] >= price; };
      if (!news_.wait_for(lock, std::chrono::seconds{20}, content))
        return answer(402, R"({"message":"Failed to get payment before timeout"})");
    }
    if (plan_.after_payment)
      return plan_.after_payment(paid_requests_++, hash);
    return delivered(hash);
  }

public:
  static std::string delivered(const std::string& hash, const std::string& more = "") {
    return answer(200, R"({"url":"http://)" + hash + R"(.localhost:3000/","manifestHash":")" + hash
                         + R"(","expiry":"2030-01-01T00:10:00.000Z")" + more + "}");
  }

private:
  std::string tag(const tiny_request& r) {
    const auto at = r.head.find("Pay-Token: ") + 11;
    return to_hex(from_base64_lenient(r.head.substr(at, r.head.find('\r', at) - at)));
  }

  std::string pay_first(const tiny_request& r, const other_plan& other = {}) {
    const auto octets = from_hex(tag(r));
    auto place = receiver_->generate("private.test", *octets);
    if (other.worth > 0)
      on_ledger([&] { worths_[place.address] = other.worth; });
    if (other.unknown_to_ledger)
      place.address = "private.elsewhere" + place.address.substr(12);
    const auto& asked = other.asked ? other.asked : plan_.asked;
    return answer(402, asked ? R"({"price":)" + *asked + "}" : "{}",
                  "Pay: interledger-stream " + place.address + " " + to_base64(place.shared_secret)
                    + "\r\n");
  }

  host_plan plan_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
    io_.get_executor()};
  std::thread thread_;
  std::shared_ptr<net::packet_switch> switch_;
  std::shared_ptr<net::stream_server> receiver_;
  std::shared_ptr<net::btp_server> btp_;
  uint16_t btp_port_ = 0;
  std::mutex mutex_;
  std::condition_variable news_;
  std::map<std::string, uint64_t> received_; ///< by token
  std::map<std::string, std::string> pods_;  ///< manifests, by hash
  int paid_requests_ = 0;
  int packets_ = 0;                        ///< of the ledger's thread
  std::map<std::string, uint64_t> worths_; ///< of the ledger's thread, by address
  std::atomic<bool> over_ = false;
  std::vector<tiny_request> requests_;
  std::unique_ptr<tiny_server> http_;
  std::vector<std::unique_ptr<tiny_server>> more_;
};

} // namespace codius::tests
