#include "net/ilp/btp_client.hpp"
#include "net/ilp/btp_server.hpp"
#include "net/ilp/packet_switch.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/raw_peer.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

/// A host: a BTP server in front of a packet switch. Every child has 1000 to spend if `limited`.
struct btp_client_fixture : ilp_fixture {
  std::shared_ptr<packet_switch> host = std::make_shared<packet_switch>(
    io.get_executor(), world, packet_switch_options{{"test.host", 9, "XRP"}});
  std::shared_ptr<memory_btp_accounts> accounts = std::make_shared<memory_btp_accounts>();
  std::shared_ptr<btp_server> server;
  std::vector<std::shared_ptr<btp_client>> clients;
  bool limited = false;
  int ups = 0;
  std::vector<error> downs;

  ~btp_client_fixture() {
    for (const auto& client : clients)
      client->stop();
    if (server)
      server->stop();
    host->stop();
    // Goodbyes may take a moment; a coroutine that never ends is a leak.
    until([&] {
      bool alone = !server || server.use_count() == 1;
      for (const auto& client : clients)
        alone = alone && client.use_count() == 1;
      return alone;
    });
  }
  void listen(uint16_t port = 0) {
    btp_server_options options;
    options.port = port;
    const child_policy policy{!limited, 1000, {}};
    const btp_server_events events{
      [this, policy](const std::string& account, std::shared_ptr<ilp_link> link) {
        return host->attach(child_group::child, account, std::move(link), policy);
      },
      [this](const std::string& account, const std::shared_ptr<ilp_link>& link) {
        host->detach(child_group::child, account, link);
      }};
    auto started = btp_server::listen(io.get_executor(), world, options, accounts, events);
    REQUIRE(started);
    server = *started;
  }
  std::shared_ptr<btp_client> client(const std::string& url,
                                     ilp_handler incoming = greedy_receiver{},
                                     btp_client_options options = {}) {
    const auto uri = parse_btp_uri(url);
    REQUIRE(uri);
    const btp_client_events events{[this] { ++ups; }, [this](error why) { downs.push_back(why); }};
    clients.push_back(std::make_shared<btp_client>(io.get_executor(), world, *uri, options,
                                                   std::move(incoming), events));
    return clients.back();
  }
  std::shared_ptr<btp_client> child(const std::string& login,
                                    ilp_handler incoming = greedy_receiver{}) {
    auto c = client("btp+ws://" + login + "@localhost:" + std::to_string(server->port()),
                    std::move(incoming));
    REQUIRE(run(c->connect()));
    return c;
  }
  ildcp_response ask(const std::shared_ptr<btp_client>& c) {
    const auto told = parse_ildcp_reply(run(c->send(make_ildcp_request(*now))));
    REQUIRE(told);
    return *told;
  }
  uint64_t balance(const std::string& account) {
    return host->balance(child_group::child, account).value();
  }
};

asio::awaitable<bool> accept_and(tcp::acceptor& acceptor, std::string answer) {
  raw_peer peer{co_await acceptor.async_accept(asio::use_awaitable)};
  (void)co_await peer.some();
  peer.say(answer);
  if (answer.empty())
    (void)co_await peer.all();
  co_return true;
}

// Speaks WebSocket and reads one message, then hangs up or goes silent.
asio::awaitable<bool> accept_silently(tcp::acceptor& acceptor, bool hang_up) {
  auto tcp_socket = co_await acceptor.async_accept(asio::use_awaitable);
  const auto socket = make_server_socket(std::move(tcp_socket), {});
  (void)co_await socket->handshake();
  (void)co_await socket->read();
  if (!hang_up)
    (void)co_await socket->read();
  socket->abort();
  co_return true;
}

} // namespace

TEST_SUITE("net/ilp/btp_client") {
  TEST_CASE_FIXTURE(btp_client_fixture, "a child learns its address and pays another one") {
    limited = true;
    listen();
    greedy_receiver bobs;
    const auto alice = child("alice:a");
    const auto bob = child(":b", bobs);
    CHECK(ask(alice) == ildcp_response{"test.host.child.alice", 9, "XRP"});
    const auto account = btp_token_account("b");
    const auto to = ask(bob).address;
    CHECK(to == "test.host.child." + account);
    CHECK(fulfilled(run(alice->send(make_prepare(to + ".x", 300, *now + 30s)))));
    CHECK(bobs.got->size() == 1);
    CHECK(bobs.got->at(0).expires_at == *now + 29s);
    CHECK(balance("alice") == 700);
    CHECK(balance(account) == 1300);
    CHECK(code_of(run(alice->send(make_prepare(to, 701, *now + 30s)))) == "T04");
    CHECK(code_of(run(alice->send(make_prepare(to, 100, *now + 30s, 8)))) == "F05");
    CHECK(code_of(run(alice->send(make_prepare("test.host.child.carol", 1, *now + 30s)))) == "F02");
    CHECK(balance("alice") == 700);
    CHECK(balance(account) == 1300);
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "many packets cross at once in both directions") {
    limited = true;
    listen();
    const auto alice = child("alice:a");
    const auto bob = child("bob:b");
    std::vector<std::shared_ptr<std::optional<ilp_reply>>> replies;
    for (int i = 0; i < 100; ++i) {
      replies.push_back(begin(alice->send(make_prepare("test.host.child.bob.x", 2, *now + 30s))));
      replies.push_back(begin(bob->send(make_prepare("test.host.child.alice.x", 1, *now + 30s))));
    }
    for (const auto& reply : replies) {
      until([&] { return reply->has_value(); });
      CHECK(fulfilled(**reply));
    }
    CHECK(balance("alice") == 900);
    CHECK(balance("bob") == 1100);
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "a second host hangs below the first") {
    listen();
    const auto inner
      = std::make_shared<packet_switch>(io.get_executor(), world, packet_switch_options{});
    const auto uplink = child(":inner", inner->uplink_handler());
    inner->set_uplink(uplink);
    inner->set_self(ask(uplink));
    greedy_receiver shop;
    inner->set_receiver(shop);
    const auto customer = child(":customer");
    const auto to = inner->self().address + ".shop";
    CHECK(fulfilled(run(customer->send(make_prepare(to, 5, *now + 30s)))));
    CHECK(shop.got->at(0).expires_at == *now + 29s);
    const auto back = ask(customer).address;
    CHECK(fulfilled(run(inner->local_link()->send(make_prepare(back, 5, *now + 30s)))));
    inner->stop();
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "a packet whose connection ends is rejected at once") {
    listen();
    const auto alice = child("alice:a");
    const auto stopped = std::make_shared<asio::steady_timer>(io, 1h);
    host->set_receiver([stopped](ilp_prepare) -> asio::awaitable<ilp_reply> {
      return [](std::shared_ptr<asio::steady_timer> t) -> asio::awaitable<ilp_reply> {
        boost::system::error_code ec;
        co_await t->async_wait(asio::redirect_error(asio::use_awaitable, ec));
        co_return ilp_fulfill{};
      }(stopped);
    });
    const auto reply = begin(alice->send(make_prepare("test.host.token", 1, *now + 30s)));
    settle();
    server->stop();
    until([&] { return reply->has_value(); });
    CHECK(code_of(**reply) == "T01");
    CHECK(code_of(run(alice->send(make_prepare("g.a", 1, *now + 30s)))) == "T01");
    stopped->cancel();
    settle();
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "a lost connection comes back") {
    listen();
    const auto port = server->port();
    const auto alice = child("alice:a");
    CHECK(ups == 1);
    server->stop();
    until([&] { return !alice->connected(); });
    CHECK(downs.size() == 1);
    until([&] { return server.use_count() == 1; });
    listen(port);
    until([&] { return ups == 2; });
    CHECK(ask(alice).address == "test.host.child.alice");
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "start keeps trying until a parent is there") {
    listen();
    const auto port = server->port();
    server->stop();
    until([&] { return server.use_count() == 1; });
    const auto alice = client("btp+ws://:a@127.0.0.1:" + std::to_string(port));
    alice->start();
    until([&] { return downs.size() == 2; });
    CHECK(downs[0].detail == "nothing listens at 127.0.0.1:" + std::to_string(port));
    listen(port);
    until([&] { return alice->connected(); });
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "connect says in clear words what is wrong") {
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(acceptor.local_endpoint().port());
    const auto attempt = [&](const std::string& url, btp_client_options options = {}) {
      return run(client(url, greedy_receiver{}, options)->connect());
    };
    const auto url = "btp+ws://:secret@127.0.0.1:" + port;

    auto other = begin(accept_and(acceptor, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    auto up = attempt(url);
    CHECK(up.error() == error{errc::rejected, "127.0.0.1:" + port + " is not a WebSocket server"});

    other = begin(accept_silently(acceptor, true));
    up = attempt(url);
    CHECK(up.error()
          == error{errc::unavailable, "127.0.0.1:" + port + " hung up during the BTP login"});

    btp_client_options hasty;
    hasty.auth_timeout = 30ms;
    other = begin(accept_silently(acceptor, false));
    up = attempt(url, hasty);
    CHECK(up.error()
          == error{errc::timed_out, "127.0.0.1:" + port + " does not answer the BTP login"});

    hasty.socket.handshake = 30ms;
    other = begin(accept_and(acceptor, ""));
    up = attempt(url, hasty);
    CHECK(up.error().code == errc::timed_out);

    acceptor.close();
    up = attempt("btp+ws://:secret@localhost:" + port);
    CHECK(up.error() == error{errc::unavailable, "nothing listens at localhost:" + port});
    up = attempt("btp+ws://:secret@[::1]:" + port);
    CHECK_FALSE(up);
    CHECK(downs.empty());
    until([&] { return other->has_value(); });
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "a wrong token is refused without showing it") {
    listen();
    child("alice:right");
    const auto url = "btp+ws://alice:wrong@127.0.0.1:" + std::to_string(server->port());
    const auto up = run(client(url)->connect());
    REQUIRE_FALSE(up);
    CHECK(up.error().code == errc::rejected);
    CHECK(up.error().detail.find("wrong") == std::string::npos);
  }

  TEST_CASE_FIXTURE(btp_client_fixture, "stop ends an attempt at any point") {
    listen();
    const auto url = "btp+ws://:a@localhost:" + std::to_string(server->port());
    for (int turns = 0; turns < 30; ++turns) {
      const auto c = client(url);
      c->start();
      io.restart();
      for (int i = 0; i < turns; ++i)
        io.poll_one();
      c->stop();
      CHECK_FALSE(c->connected());
      CHECK(code_of(run(c->send(make_prepare("g.a", 1, *now + 30s)))) == "T01");
      CHECK(run(c->connect()).error().code == errc::conflict);
    }
    until([&] { return server->connections() == 0; });
    CHECK(downs.empty());
  }
}

} // namespace codius::tests
