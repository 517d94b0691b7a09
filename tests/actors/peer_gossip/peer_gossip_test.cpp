#include "tests/support/peers_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <set>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;
using uris = std::vector<std::string>;

namespace {

struct gossip_fixture : peers_fixture {
  gossip_fixture() { deps.bootstrap = {"https://a.example", "https://codius.example.com"}; }
};

result<net::http_response> ok_answer(std::string body) {
  return net::http_response{200, {}, std::move(body)};
}

} // namespace

TEST_SUITE("actors/peer_gossip") {
  TEST_CASE_FIXTURE(gossip_fixture, "hosts are found from one bootstrap peer, itself never among them") {
    add_host("https://a.example", R"("https://b.example","https://codius.example.com")");
    add_host("https://b.example", R"("https://c.example","https://gone.example")");
    add_host("https://c.example");
    start();
    CHECK(list() == uris{"https://a.example"});
    rounds(8);
    CHECK(list() == uris{"https://a.example", "https://b.example", "https://c.example"});
    const auto known = ask<peer_list>(peers(), get_peers{0});
    REQUIRE(known);
    CHECK(known->known == 3);
    CHECK(known->uris.empty());
  }

  TEST_CASE_FIXTURE(gossip_fixture, "offered peers are in the next answer, not in this one") {
    add_host("https://a.example");
    add_host("https://new.example");
    start();
    const auto answer = offer({"https://new.example"});
    REQUIRE(answer);
    CHECK(answer->uris == uris{"https://a.example"});
    rounds(2);
    CHECK(list() == uris{"https://a.example", "https://new.example"});
  }

  TEST_CASE_FIXTURE(gossip_fixture, "no answer waits for another host") {
    start();
    deps.may_gossip = [] { return true; };
    for (int i = 0; i < 100; ++i)
      (void)offer({"https://slow" + std::to_string(i) + ".example"}, std::to_string(i));
    CHECK(asked.empty()); // asked in the next round, never for a request
    CHECK(list() == uris{"https://a.example"});
  }

  TEST_CASE_FIXTURE(gossip_fixture, "a host that has not passed its own test takes no part") {
    add_host("https://a.example");
    gossips = false;
    start();
    rounds(5);
    CHECK(asked.empty());
    const auto refused = offer({"https://b.example"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::rejected);
    CHECK(refused.error().detail == "This host is misconfigured.");
    CHECK(list() == uris{"https://a.example"}); // what is known can still be read
    gossips = true;
    rounds(2);
    CHECK_FALSE(asked.empty());
  }

  TEST_CASE_FIXTURE(gossip_fixture, "D-27 a peer is never asked at a private address") {
    start();
    (void)offer({"http://c.example", "https://127.0.0.1:1", "https://localhost", "https://10.0.0.1",
                 "https://169.254.169.254", "https://[::1]", "https://2130706433", "not a url", ""});
    (void)offer({"https://inside.example"}, "192.0.2.2");
    asked.clear();
    rounds(3);
    for (const auto& r : asked) {
      CAPTURE(r.uri);
      CHECK((r.uri.starts_with("https://a.example/") || r.uri == "https://inside.example/info"));
      REQUIRE(r.may_connect); // what a name resolves to is vetted at the connection
      CHECK_FALSE(r.may_connect(asio::ip::make_address("10.0.0.1")));
    }
    CHECK(std::any_of(asked.begin(), asked.end(),
                      [](const auto& r) { return r.uri == "https://inside.example/info"; }));
  }

  TEST_CASE_FIXTURE(gossip_fixture, "D-27 each kind of liar costs little and is dropped") {
    add_host("https://a.example");
    add_host("https://good.example");
    std::string thousand;
    for (int i = 0; i < 1000; ++i)
      thousand += (i > 0 ? "," : "") + std::string{"\"https://h"} + std::to_string(i) + ".f"
                  + std::to_string(i) + ".example\"";
    add_host("https://names-fakes.example", thousand);
    const auto truth = [](const std::string& uri) { return ok_answer(R"({"uri":")" + uri + R"("})"); };
    network["https://huge.example"] = [=](const net::http_client_request& r) {
      // What the client does with an answer over its limit.
      return r.method == "GET" ? truth("https://huge.example")
                               : result<net::http_response>{error{errc::too_large, "huge"}};
    };
    network["https://slow.example"] = [=](const net::http_client_request& r) {
      return r.method == "GET" ? truth("https://slow.example")
                               : result<net::http_response>{error{errc::timed_out, "slow"}};
    };
    network["https://garbage.example"] = [=](const net::http_client_request& r) {
      return r.method == "GET" ? truth("https://garbage.example") : ok_answer("\x01\x02[[[[");
    };
    network["https://other.example"] = [=](const net::http_client_request&) {
      return truth("https://good.example");
    };
    network["https://rebinds.example"] = [](const net::http_client_request&) {
      return result<net::http_response>{error{errc::rejected, "the address 10.0.0.1 may not be asked"}};
    };
    start();
    int source = 0;
    for (const char* name : {"good", "names-fakes", "huge", "slow", "garbage", "other", "rebinds"})
      (void)offer({"https://" + std::string{name} + ".example"}, std::to_string(source++));
    for (int i = 0; i < 60; ++i) {
      asked.clear();
      rounds(1);
      CHECK(asked.size() <= deps.rules.exchanges + deps.rules.newcomers + 2 * 8);
    }
    CHECK(list() == uris{"https://a.example", "https://good.example", "https://slow.example"});
    // Slow is no lie, and its /info answers: it stays, at the price of one request in a few rounds.
    asked.clear();
    rounds(20);
    CHECK(std::count_if(asked.begin(), asked.end(), [](const auto& r) {
            return r.uri.starts_with("https://slow.example");
          }) <= 41);
    CHECK(table().waiting == 0);
  }

  TEST_CASE_FIXTURE(gossip_fixture, "peers outlive a restart, and so do those that an operator added") {
    const temp_dir dir;
    db = dir.path() + "/codius.db";
    add_host("https://a.example", R"("https://b.example")");
    add_host("https://b.example");
    start();
    REQUIRE(ask<peer_view>(peers(), add_peer{"https://mine.example"}));
    rounds(30);
    stop_all();
    deps.bootstrap.clear();
    network.clear();
    start();
    CHECK(list() == uris{"https://a.example", "https://mine.example", "https://b.example"});
    bool mine = false;
    for (const auto& p : table().peers)
      mine = mine || (p.uri == "https://mine.example" && p.bootstrap);
    CHECK(mine);
  }

  TEST_CASE_FIXTURE(gossip_fixture, "a restarted actor takes up where the old one ended") {
    add_host("https://a.example", R"("https://b.example")");
    add_host("https://b.example");
    start();
    rounds(30);
    stop_peers();
    start_peers();
    CHECK(list() == uris{"https://a.example", "https://b.example"});
  }

  TEST_CASE_FIXTURE(gossip_fixture, "without its keeper it goes on, and forgets nothing by writing too early") {
    const temp_dir dir;
    db = dir.path() + "/codius.db";
    add_host("https://a.example", R"("https://b.example")");
    add_host("https://b.example");
    start();
    rounds(30);
    stop_all();
    start_peers(); // no keeper
    network.erase("https://b.example");
    rounds(5);
    CHECK(list() == uris{"https://a.example"});
    enlist(role::keeper, sys.spawn(actors::keeper, actors::keeper_deps{db, world.door()}));
    rounds(2);
    CHECK(list() == uris{"https://a.example", "https://b.example"});
  }

  TEST_CASE_FIXTURE(gossip_fixture, "an operator sees and changes the table") {
    add_host("https://a.example");
    start();
    rounds(3);
    const auto before = table();
    REQUIRE(before.peers.size() == 1);
    CHECK(before.peers[0].uri == "https://a.example");
    CHECK(before.peers[0].state == peer_state::healthy);
    CHECK(before.peers[0].bootstrap);
    CHECK(before.peers[0].age >= 15s);
    CHECK(before.peers[0].silent_for < before.peers[0].age);
    CHECK(ask<peer_view>(peers(), add_peer{"ftp://x"}).error().code == errc::invalid);
    const auto gone = ask<peer_view>(peers(), remove_peer{"https://a.example"});
    REQUIRE(gone);
    CHECK(gone->uri == "https://a.example");
    CHECK(list().empty());
    CHECK(ask<peer_view>(peers(), remove_peer{"https://a.example"}).error().code == errc::not_found);
  }

  TEST_CASE_FIXTURE(gossip_fixture, "D-28 peers that hang do not stop the rounds") {
    // A network that never answers at all: each request ends at its time-out.
    deps.bootstrap.clear();
    for (int i = 0; i < 40; ++i)
      deps.bootstrap.push_back("https://h" + std::to_string(i) + ".example");
    start();
    rounds(20);
    size_t first_tries = 0;
    std::set<std::string> seen;
    for (const auto& r : asked)
      first_tries += seen.insert(r.uri.substr(0, r.uri.find('/', 8))).second ? 1 : 0;
    CHECK(first_tries == 40);
    CHECK(table().peers.size() == 40); // bootstrap peers stay
    CHECK(list().empty());             // but nobody is sent to them
  }

  TEST_CASE_FIXTURE(gossip_fixture, "a shorter interval counts at once, and rounds do not multiply") {
    add_host("https://a.example");
    auto wanted = std::make_shared<actors::peer_wishes>(
      actors::peer_wishes{deps.rules.interval, deps.rules.fresh, deps.bootstrap});
    wanted->interval = 3'600s;
    deps.wishes = [wanted] { return *wanted; };
    start();
    const auto pass = [&](std::chrono::milliseconds t) {
      world.advance(t);
      advance(t);
    };
    pass(2'000s); // the first round comes after a quarter
    asked.clear();
    pass(60s);
    CHECK(asked.empty());
    wanted->interval = 4s;
    caf::anon_send(peers(), reload_atom::value);
    run();
    for (int i = 0; i < 60; ++i)
      pass(1s);
    const auto often = asked.size();
    CHECK(often >= 10);
    pass(3'600s); // the tick of the old interval comes
    asked.clear();
    for (int i = 0; i < 60; ++i)
      pass(1s);
    CHECK(asked.size() <= often + 4);
  }

  TEST_CASE_FIXTURE(gossip_fixture, "what an operator adds or removes is kept at once, and is in the event log") {
    start();
    REQUIRE(ask<peer_view>(peers(), add_peer{"https://mine.example"}));
    REQUIRE(ask<peer_view>(peers(), remove_peer{"https://mine.example"}));
    CHECK_FALSE(ask<peer_view>(peers(), remove_peer{"https://mine.example"}));
    const auto keeper = runtime::find<keeper_actor>(sys, role::keeper);
    const auto page = ask<event_list>(keeper, get_events{0, 10, false});
    REQUIRE(page);
    REQUIRE(page->events.size() == 2);
    CHECK(page->events[0].kind == "peer.added");
    CHECK(page->events[1].kind == "peer.removed");
    CHECK(page->events[1].subject == "https://mine.example");
  }
}
