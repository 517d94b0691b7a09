// What the server does at its limits and when it stops.
#include "net/http/server.hpp"
#include "tests/net/http/http_fixture.hpp"

#include <boost/asio/steady_timer.hpp>

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

/// A handler that waits until told.
struct gate {
  std::promise<void> entered;
  std::shared_ptr<asio::steady_timer> timer;
  std::promise<void> left;
};

asio::awaitable<net::http_response> wait_at(gate* g) {
  g->timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor);
  g->timer->expires_at(asio::steady_timer::time_point::max());
  g->entered.set_value();
  boost::system::error_code ec;
  co_await g->timer->async_wait(asio::redirect_error(asio::use_awaitable, ec));
  g->timer.reset(); // on its thread, and before its context goes
  g->left.set_value();
  net::http_response res;
  res.body = "at last";
  co_return res;
}

void open(gate& g) {
  asio::post(g.timer->get_executor(), [t = g.timer] { t->cancel(); });
}

} // namespace

TEST_SUITE("net/http/listener") {
  TEST_CASE("slow senders are told so") {
    net::server_limits limits;
    limits.head_time = 40ms;
    limits.body_grace = 40ms;
    limits.idle = 40ms;
    http_fixture f{limits};
    CHECK(f.talk("") == "");
    CHECK(status_of(f.talk("GET / HT")) == 408);
    CHECK(status_of(f.talk(post(5, "he"))) == 408);
    CHECK(f.talk(get("/")).ends_with("GET / 0 ")); // closed when idle, without a word
  }

  TEST_CASE("a connection ends after so many requests") {
    net::server_limits limits;
    limits.requests_per_connection = 3;
    http_fixture f{limits};
    const auto answers = f.talk(get("/1") + get("/2") + get("/3") + get("/4"));
    CHECK(answers.ends_with("GET /3 0 "));
    CHECK(answers.find("Connection: close") > answers.find("GET /2"));
  }

  TEST_CASE("connections over a limit are turned away") {
    net::server_limits limits;
    limits.connections = 3;
    limits.connections_per_client = 2;
    SUBCASE("all together") {
      http_fixture f{limits}; // loopback is exempt from the limit per client
      std::vector<raw_socket> held;
      for (int i = 0; i < 3; ++i) {
        held.push_back(f.connect());
        held.back().send(get("/"));
        REQUIRE(status_of(held.back().response()) == 200);
      }
      const auto answer = f.talk("");
      CHECK(status_of(answer) == 503);
      CHECK(answer.find("Retry-After: 1\r\n") != std::string::npos);
    }
    SUBCASE("per client") {
      limits.exempt_loopback = false;
      http_fixture f{limits};
      auto a = f.connect(), b = f.connect();
      a.send(get("/"));
      b.send(get("/"));
      REQUIRE(status_of(a.response()) == 200);
      REQUIRE(status_of(b.response()) == 200);
      CHECK(status_of(f.talk("")) == 429);
      CHECK(f.server->counters().turned_away == 1);
    }
  }

  TEST_CASE("a handler runs to its end though its client has gone") {
    gate g;
    http_fixture f{{}, [&g](net::http_request) { return wait_at(&g); }};
    auto c = f.connect();
    c.send(get("/"));
    g.entered.get_future().get();
    c.abort();
    open(g);
    CHECK(g.left.get_future().wait_for(20s) == std::future_status::ready);
  }

  TEST_CASE("stopping lets a running request finish and ends idle connections") {
    gate g;
    http_fixture f{{}, [&g](net::http_request) { return wait_at(&g); }};
    auto busy = f.connect(), idle = f.connect();
    busy.send(get("/"));
    g.entered.get_future().get();
    auto stopped = std::async(std::launch::async, [&] { return f.io.wait(f.server->stop(20s)); });
    CHECK(idle.all() == "");
    open(g);
    const auto answer = busy.all();
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("at last"));
    busy.close();
    CHECK(stopped.get() == 0);
    CHECK(f.connect().fd() == -1);
  }

  TEST_CASE("stopping does not wait for ever") {
    gate g;
    http_fixture f{{}, [&g](net::http_request) { return wait_at(&g); }};
    auto busy = f.connect();
    busy.send(get("/"));
    g.entered.get_future().get();
    CHECK(f.io.wait(f.server->stop(20ms)) == 1);
    CHECK(busy.all() == "");
    open(g);
    g.left.get_future().get();
  }

  TEST_CASE("several threads share the port") {
    http_fixture f{{}, echo, 3};
    std::vector<raw_socket> held;
    for (int i = 0; i < 30; ++i) {
      held.push_back(f.connect());
      held.back().send(get("/" + std::to_string(i)));
    }
    for (int i = 0; i < 30; ++i)
      CHECK(held[static_cast<size_t>(i)].response().ends_with("/" + std::to_string(i) + " 0 "));
    CHECK(f.server->connections() == 30);
  }

  TEST_CASE("a port in use is said at start") {
    http_fixture f{{}, echo, 2};
    io_threads io{2};
    net::server_settings settings;
    settings.port = f.port();
    net::http_server second{io.contexts(), settings, {}};
    const auto started = second.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == errc::io);
    CHECK(started.error().detail.find(std::to_string(f.port())) != std::string::npos);
    settings.bind_ip = "nowhere";
    CHECK(net::http_server{io.contexts(), settings, {}}.start().error().code == errc::invalid);
  }
}
