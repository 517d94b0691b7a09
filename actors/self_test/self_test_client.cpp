#include "actors/self_test/self_test_client.hpp"

#include "actors/http_ingress/answers.hpp"
#include "messages/interfaces.hpp"
#include "net/http/client.hpp"
#include "net/ilp/delay.hpp"
#include "net/ilp/message_socket.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/paid_request.hpp"
#include "runtime/manifest/hash.hpp"

namespace codius::actors {

namespace {

using namespace std::chrono_literals;
using runtime::json;
using runtime::json_array;
using runtime::json_object;
using outcome = self_test_tried::outcome;

constexpr auto request_limit = 10s;
constexpr auto upload_limit = 70s;
constexpr size_t most_answer = 64 * 1024;
// A pod that was started this moment may not listen yet.
constexpr int young_tries = 20;
constexpr auto young_pause = 150ms;

error as_error(const client::failure& why) {
  return {why.code == client::exit_code::timed_out ? errc::timed_out : errc::rejected, why.what};
}

error refused(const net::http_response& answer, const std::string& host) {
  const auto told = client::read_refusal(answer);
  const auto code = told.code == to_string(errc::no_capacity) ? errc::no_capacity
                    : told.code == to_string(errc::busy)      ? errc::busy
                                                              : errc::rejected;
  return {code, client::explain_refusal(answer, host).what};
}

/// Whether a JSON text has the member, and it is true.
bool tells(std::string_view text, const char* member) {
  const auto body = runtime::parse_json(text);
  const auto* value = body ? body->find(member) : nullptr;
  return value != nullptr && dump(*value) == "true";
}

class real_client final : public self_test_client,
                          public std::enable_shared_from_this<real_client> {
public:
  explicit real_client(self_test_client_deps deps)
    : deps_(std::move(deps)),
      origin_((deps_.public_uri.tls ? "https://" : "http://") + deps_.public_uri.authority()) {}

  asio::awaitable<result<outcome>> attempt(self_test_step step, self_test_sale sale) override {
    const auto self = shared_from_this();
    switch (step) {
      case self_test_step::version: co_return co_await version();
      case self_test_step::quote: co_return co_await quote(std::move(sale));
      case self_test_step::upload: co_return co_await upload(std::move(sale));
      case self_test_step::http: co_return co_await page(std::move(sale));
      case self_test_step::websocket: co_return co_await websocket(std::move(sale));
    }
    co_return error{errc::internal, "no such step"};
  }

private:
  net::http_client_request request(const char* method, std::string uri) const {
    net::http_client_request out;
    out.method = method;
    out.uri = std::move(uri);
    out.fields = headers();
    out.timeout = request_limit;
    out.max_body = most_answer;
    return out;
  }

  net::http_fields headers() const {
    return {{"Accept", "application/codius-v1+json"}, {"Content-Type", "application/json"}};
  }

  std::string pods_target(const self_test_sale& sale) const {
    return "/pods?duration=" + std::to_string(sale.duration.count());
  }

  asio::awaitable<result<outcome>> version() {
    auto asked = request("GET", origin_ + "/version");
    const auto answer = co_await net::fetch(std::move(asked));
    if (!answer)
      co_return answer.error();
    const auto body = runtime::parse_json(answer->body);
    const auto* name = body ? body->find_text("name") : nullptr;
    if (answer->status != 200 || name == nullptr || name->find("Codius") == std::string::npos)
      co_return error{errc::rejected, origin_ + "/version is not answered by a Codius host (status "
                                        + std::to_string(answer->status) + ")"};
    outcome done{*name, 0, {}};
    co_return done;
  }

  asio::awaitable<result<outcome>> quote(self_test_sale sale) {
    auto asked = request("OPTIONS", origin_ + pods_target(sale));
    asked.body = sale.body;
    const auto answer = co_await net::fetch(std::move(asked));
    if (!answer)
      co_return answer.error();
    if (answer->status != 200)
      co_return refused(*answer, origin_);
    const auto told = client::read_quote(*answer, origin_, sale.pod.text);
    if (!told)
      co_return as_error(told.failure());
    outcome done{std::to_string(told->price) + " units for "
                   + std::to_string(sale.duration.count()) + " s",
                 told->price, told->unit.value_or(asset{})};
    co_return done;
  }

  asio::awaitable<client::outcome<std::shared_ptr<client::ledger>>> ledger() {
    const auto ilp = runtime::find<ilp_actor>(deps_.system, role::ilp);
    const get_ledger which;
    const auto link = co_await runtime::ask<ledger_link>(deps_.system, ilp, 5s, which);
    const get_switch whose;
    const auto own = co_await runtime::ask<own_switch>(deps_.system, ilp, 5s, whose);
    const auto* why = !link ? &link.error().detail : !own ? &own.error().detail : nullptr;
    if (why == nullptr && !link->up)
      why = &link->why;
    if (why != nullptr)
      co_return client::failure{client::exit_code::payment, "nothing to pay from: " + *why, {}};
    co_return client::ledger::of_own_host(deps_.io, deps_.world, own->packets);
  }

  static asio::awaitable<client::outcome<client::spending>> exactly(uint64_t price,
                                                                    client::price_facts facts) {
    if (facts.asked && *facts.asked > price)
      co_return client::failure{client::exit_code::host,
                                "the host asks " + std::to_string(*facts.asked)
                                  + ", but its quote was " + std::to_string(price),
                                {}};
    const client::spending all{price, price, price};
    co_return all;
  }

  /// A host that has just been started says for a moment that it is.
  asio::awaitable<result<outcome>> upload(self_test_sale sale) {
    const auto io = co_await asio::this_coro::executor;
    for (int tried = 1;; ++tried) {
      auto done = co_await upload_once(sale);
      if (done || done.error().code != errc::busy || tried == young_tries)
        co_return done;
      net::wake_up over{io, net::steady_delay(io)};
      (void)co_await over.wait(young_pause);
    }
  }

  asio::awaitable<result<outcome>> upload_once(self_test_sale sale) {
    client::stopper never;
    client::paid_request_deps deps;
    deps.host = std::make_shared<client::host_link>(deps_.public_uri);
    deps.ledger_of = [this] { return ledger(); };
    deps.decide = [price = sale.price](client::price_facts facts) {
      return exactly(price, std::move(facts));
    };
    deps.stop = &never;
    client::paid_request_options options;
    options.request = {"POST", pods_target(sale), headers(), sale.body};
    options.request.fields.set("Authorization", deps_.credentials);
    options.token = sale.token;
    options.answer_limit = upload_limit;
    options.repeats = 0; // the next try is the actor's
    const auto paid = std::make_shared<client::paid_request>(std::move(deps), std::move(options));
    const auto answer = co_await paid->run();
    if (!answer)
      co_return as_error(answer.failure());
    if (answer->status != 200)
      co_return refused(*answer, origin_);
    const auto told = client::read_delivery(*answer, origin_, sale.pod.text);
    if (!told)
      co_return as_error(told.failure());
    outcome done{"paid " + std::to_string(paid->moved().sent) + " units, " + told->url, 0, {}};
    co_return done;
  }

  asio::awaitable<result<outcome>> page(self_test_sale sale) {
    const auto uri = pod_url(deps_.public_uri, sale.pod);
    const auto io = co_await asio::this_coro::executor;
    for (int tried = 1;; ++tried) {
      auto asked = request("GET", uri);
      const auto answer = co_await net::fetch(std::move(asked));
      if (!answer)
        co_return answer.error();
      if (answer->status == 200 && tells(answer->body, "imageUploaded")) {
        outcome done{"the page says imageUploaded", 0, {}};
        co_return done;
      }
      if (answer->status < 502 || tried == young_tries)
        co_return error{errc::rejected, uri + " is not answered by the pod (status "
                                          + std::to_string(answer->status) + ")"};
      net::wake_up over{io, net::steady_delay(io)};
      (void)co_await over.wait(young_pause);
    }
  }

  asio::awaitable<result<outcome>> websocket(self_test_sale sale) {
    const auto& uri = deps_.public_uri;
    net::message_socket_limits limits;
    limits.handshake = request_limit;
    limits.idle = request_limit;
    limits.takes_text = true;
    const net::message_socket_target target{sale.pod.text + "." + uri.host, uri.port, "/", uri.tls,
                                            {}};
    const auto socket
      = net::make_client_socket(co_await asio::this_coro::executor, target, limits);
    if (const auto opened = co_await socket->handshake(); !opened)
      co_return opened.error();
    const auto heard = co_await socket->read();
    if (heard && tells(as_text(*heard), "websocketEnabled")) {
      co_await socket->close();
      outcome done{"the WebSocket says websocketEnabled", 0, {}};
      co_return done;
    }
    socket->abort();
    if (!heard)
      co_return heard.error();
    co_return error{errc::rejected, "the WebSocket at " + target.host + " says something else than "
                                      "the pod would"};
  }

  self_test_client_deps deps_;
  std::string origin_;
};

} // namespace

self_test_sale make_self_test_sale(const env& world, const std::string& image,
                                   std::chrono::seconds duration) {
  std::array<std::byte, 20> name{};
  world.random_bytes(name);
  self_test_sale out;
  world.random_bytes(out.token);
  out.duration = duration;
  json_object container{{"id", "codius-test"}, {"image", image}};
  container.set("environment", json_object{{"PORT", "3000"}});
  const json manifest = json_object{{"name", to_hex(name)},
                                    {"version", "1.0.0"},
                                    {"machine", "small"},
                                    {"port", "3000"},
                                    {"containers", json_array{std::move(container)}}};
  out.pod = runtime::hash_manifest(manifest);
  out.body = dump(json_object{{"manifest", manifest}, {"private", json_object{}}});
  return out;
}

std::shared_ptr<self_test_client> make_self_test_client(self_test_client_deps deps) {
  return std::make_shared<real_client>(std::move(deps));
}

} // namespace codius::actors
