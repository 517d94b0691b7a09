#include "actors/host.hpp"

#include "net/http/client.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/system_env.hpp"
#include "runtime/pods/noop/noop_runtime.hpp"
#include "messages/interfaces.hpp"
#include "tests/support/offers.hpp"

#include <caf/scoped_actor.hpp>
#include <condition_variable>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <mutex>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

/// Lines of the log as events to wait for.
class log_watch {
public:
  log_watch() {
    log::redirect([this](std::string_view line) {
      const std::lock_guard lock{guard_};
      lines_.emplace_back(line);
      more_.notify_all();
    });
  }
  ~log_watch() { log::redirect({}); }

  size_t mark() {
    const std::lock_guard lock{guard_};
    return lines_.size();
  }
  /// Waits for a line after `from` that has all of `words`. False when it does not come.
  bool wait(size_t from, std::vector<std::string> words) {
    std::unique_lock lock{guard_};
    return more_.wait_for(lock, 20s, [&] {
      for (size_t i = from; i < lines_.size(); ++i) {
        bool all = true;
        for (const auto& w : words)
          all = all && lines_[i].find(w) != std::string::npos;
        if (all)
          return true;
      }
      return false;
    });
  }

private:
  std::mutex guard_;
  std::condition_variable more_;
  std::vector<std::string> lines_;
};

asio::awaitable<void> fetch_into(net::http_client_request req, result<net::http_response>& out) {
  out = co_await net::fetch(std::move(req));
}

struct host_fixture {
  log_watch log;
  std::string dir = (std::filesystem::temp_directory_path() / "codius-host-XXXXXX").string();
  std::shared_ptr<runtime::noop_runtime> pods = std::make_shared<runtime::noop_runtime>();
  std::unique_ptr<actors::host> host;
  actors::settings_source source;

  host_fixture() {
    REQUIRE(mkdtemp(dir.data()) != nullptr);
    start();
  }
  ~host_fixture() {
    host.reset();
    std::filesystem::remove_all(dir);
  }

  void start() {
    runtime::config cfg;
    cfg.dev = true;
    cfg.port = 0;
    cfg.public_uri = "http://localhost:3000";
    cfg.public_uri_follows_port = true;
    cfg.bind_ip = "127.0.0.1";
    cfg.root = dir;
    cfg.run_dir = dir + "/run";
    cfg.cost_per_month = {10, 0};
    cfg.pod_runtime = runtime::pod_runtime_kind::noop;
    cfg.ilp_listen = runtime::listen_address{"127.0.0.1", 0};
    cfg.threads = 1;
    const auto from = log.mark();
    auto started = actors::host::start(cfg, runtime::system_env(), pods, source);
    REQUIRE(started);
    host = std::move(*started);
    REQUIRE(log.wait(from, {"http.listening"}));
  }

  /// Sells a pod the way a STREAM payment does, without the payer.
  utc_time sell_pod(char letter) {
    caf::scoped_actor me{host->system()};
    const auto id = id_of(letter);
    const open_purchase open{sale_kind::upload, token_of(static_cast<uint8_t>(letter)),
                             id,                offer_of(id),
                             600s,              100,
                             {"XRP", 9}};
    const auto keeper = runtime::find<keeper_actor>(host->system(), role::keeper);
    std::optional<purchase> paid;
    me->request(keeper, 10s, open).receive([](purchase_opened&) {}, [](caf::error&) {});
    me->request(keeper, 10s, book_money{open.token, 100, open.unit})
      .receive([&](money_booked& b) { paid = b.paid; }, [](caf::error&) {});
    REQUIRE(paid);
    bool up = false;
    me->request(runtime::find<lifecycle_actor>(host->system(), role::pods), 20s,
                fulfil_purchase{*paid})
      .receive([&](pod_up&) { up = true; }, [](caf::error&) {});
    REQUIRE(up);
    return paid->expires_at;
  }

  net::http_response get(const std::string& path) {
    asio::io_context io;
    net::http_client_request req;
    req.uri = "http://127.0.0.1:" + std::to_string(host->port()) + path;
    result<net::http_response> out = error{errc::internal, "never ran"};
    asio::co_spawn(io, fetch_into(std::move(req), out), asio::detached);
    io.run();
    if (!out)
      return {0, {}, out.error().detail};
    return *out;
  }
  std::string expiry_of(char letter) {
    const auto answer = get("/pods?manifestHash=" + id_of(letter).text);
    const auto body = runtime::parse_json(answer.body);
    const auto* text = body ? body->find_text("expiry") : nullptr;
    return text == nullptr ? answer.body : *text;
  }
};

} // namespace

TEST_SUITE("actors/host") {
  TEST_CASE_FIXTURE(host_fixture, "D-33 each actor can be killed, and the host serves again with its state") {
    (void)sell_pod('a');
    const auto before = expiry_of('a');
    REQUIRE(before.ends_with("Z"));
    struct row {
      caf::atom_value role;
      const char* name;
    };
    const row rows[] = {
      {role::ilp, "ilp"}, {role::peers, "peers"},     {role::proxy, "proxy"},         {role::expiry, "expiry"},
      {role::pods, "pods"},   {role::manifests, "manifests"}, {role::sales, "sales"},
      {role::logs, "logs"},   {role::ingress, "ingress"},     {role::self_test, "self_test"},
      {role::keeper, "keeper"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      const auto from = log.mark();
      const auto victim = runtime::find<caf::actor>(host->system(), r.role);
      REQUIRE(victim);
      caf::anon_send_exit(victim, caf::exit_reason::kill);
      REQUIRE(log.wait(from, {"actor.restarted", r.name}));
      if (r.role == role::ingress || r.role == role::keeper)
        REQUIRE(log.wait(from, {"http.listening"}));
      CHECK(get("/info").status == 200);
      CHECK(expiry_of('a') == before);
    }
    (void)sell_pod('b');
    CHECK(expiry_of('b').ends_with("Z"));
  }

  TEST_CASE_FIXTURE(host_fixture, "a new process finds what the old one sold") {
    (void)sell_pod('a');
    const auto before = expiry_of('a');
    host.reset();
    start();
    CHECK(expiry_of('a') == before);
  }

  TEST_CASE_FIXTURE(host_fixture, "on any free port, a pod's URL has the port that was taken") {
    (void)sell_pod('a');
    const auto body = runtime::parse_json(get("/pods?manifestHash=" + id_of('a').text).body);
    REQUIRE(body);
    REQUIRE(body->find_text("url"));
    CHECK(body->find_text("url")->find(":" + std::to_string(host->port())) != std::string::npos);
  }

  TEST_CASE_FIXTURE(host_fixture, "two hosts never share one ledger") {
    runtime::config cfg;
    cfg.root = dir;
    const auto second = actors::host::start(cfg, runtime::system_env(), pods);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::conflict);
  }

  TEST_CASE_FIXTURE(host_fixture, "a port that is taken ends the start with one sentence") {
    runtime::config cfg;
    cfg.root = dir + "/other";
    cfg.bind_ip = "127.0.0.1";
    cfg.port = host->port();
    const auto second = actors::host::start(cfg, runtime::system_env(), pods);
    REQUIRE_FALSE(second);
    CHECK(second.error().detail.find("CODIUS_PORT") != std::string::npos);
  }

  TEST_CASE_FIXTURE(host_fixture, "what is asked wrongly is answered helpfully") {
    struct row {
      const char* path;
      unsigned status;
      const char* code;
    };
    const row rows[] = {
      {"/nothing", 404, "not_found"},
      {"/pods", 422, "unprocessable"},
      {"/pods?manifestHash=", 422, "unprocessable"},
      {"/pods?manifestHash=abc", 404, "unknown_pod"},
      {"/pods?manifestHash=%3Cb%3E", 404, "unknown_pod"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.path);
      const auto answer = get(r.path);
      CHECK(answer.status == r.status);
      const auto body = runtime::parse_json(answer.body);
      REQUIRE(body);
      REQUIRE(body->find_text("code"));
      CHECK(*body->find_text("code") == r.code);
      CHECK_FALSE(body->find_text("message")->empty());
    }
  }

  TEST_CASE_FIXTURE(host_fixture, "SIGHUP reads the settings again, all or nothing") {
    host.reset();
    const auto wanted = std::make_shared<result<runtime::loaded_config>>(runtime::loaded_config{});
    (*wanted)->values.cost_per_month = {3, 0};
    source.read = [wanted] { return *wanted; };
    start();
    auto from = log.mark();
    host->reload("SIGHUP");
    CHECK(log.wait(from, {"setting.changed", "setting=cost_per_month", "from=10", "to=3"}));
    CHECK(log.wait(from, {"settings.reloaded", "by=SIGHUP"}));
    *wanted = error{errc::invalid, "known_peers is wrong"};
    from = log.mark();
    host->reload("SIGHUP");
    CHECK(log.wait(from, {"settings.not_reloaded", "known_peers is wrong"}));
  }
}
