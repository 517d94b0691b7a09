#pragma once
#include "actors/keeper/keeper.hpp"
#include "actors/peer_gossip/peer_gossip.hpp"
#include "runtime/actor/supervisor.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_world.hpp"

#include <boost/asio/io_context.hpp>
#include <caf/actor_registry.hpp>

#include <map>

namespace codius::tests {

/// PEER_GOSSIP and its keeper in one thread on virtual time; the network is a table.
struct peers_fixture : actor_fixture {
  using answers = std::function<result<net::http_response>(const net::http_client_request&)>;

  fake_world world;
  std::string db = ":memory:";
  asio::io_context io;
  actors::gossip_deps deps;
  std::map<std::string, answers> network; ///< by origin; who is not in it does not answer
  std::vector<net::http_client_request> asked;
  bool gossips = true;
  std::vector<std::pair<caf::atom_value, caf::actor>> actors;

  peers_fixture() {
    deps.io = io.get_executor();
    deps.world = world.door();
    deps.manners.own_uri = "https://codius.example.com";
    deps.may_gossip = [this] { return gossips; };
    deps.fetch = [this](net::http_client_request req) { return fetch(this, std::move(req)); };
  }
  ~peers_fixture() override { stop_all(); }

  void start() {
    enlist(role::keeper, sys.spawn(actors::keeper, actors::keeper_deps{db, world.door()}));
    start_peers();
  }
  void start_peers() {
    enlist(role::peers, sys.spawn(actors::peer_gossip, deps));
    run();
  }
  template <class Handle>
  void enlist(caf::atom_value id, const Handle& h) {
    sys.registry().put(id, caf::actor_cast<caf::strong_actor_ptr>(h));
    actors.emplace_back(id, caf::actor_cast<caf::actor>(h));
  }
  void stop_all() {
    while (!actors.empty()) {
      sys.registry().erase(actors.back().first);
      self->send_exit(actors.back().second, caf::exit_reason::kill);
      actors.pop_back();
      run();
    }
  }
  void stop_peers() {
    const auto at = std::find_if(actors.begin(), actors.end(),
                                 [](const auto& a) { return a.first == role::peers; });
    sys.registry().erase(at->first);
    self->send_exit(at->second, caf::exit_reason::kill);
    actors.erase(at);
    run();
  }

  void run() override {
    do
      sched.run();
    while (io.restart(), io.poll() > 0 || sched.has_job());
  }
  void rounds(int n) {
    for (int i = 0; i < n; ++i) {
      // Longer than the longest round.
      const auto step = deps.rules.interval * 5 / 4 + std::chrono::milliseconds{1};
      world.advance(step);
      advance(step);
    }
  }

  peers_actor peers() { return runtime::find<peers_actor>(sys, role::peers); }
  std::vector<std::string> list() {
    const auto out = ask<peer_list>(peers(), get_peers{});
    REQUIRE(out);
    return out->uris;
  }
  peer_table table() {
    const auto out = ask<peer_table>(peers(), get_peer_table{});
    REQUIRE(out);
    return *out;
  }
  result<peer_list> offer(std::vector<std::string> names, std::string source = "192.0.2.1") {
    return ask<peer_list>(peers(), discover_peers{std::move(names), std::move(source)});
  }

  /// A host that answers as codiusd does, and names `others`.
  void add_host(const std::string& uri, std::string others = "") {
    network[uri] = [=](const net::http_client_request& r) -> result<net::http_response> {
      if (r.method == "POST")
        return net::http_response{200, {}, R"({"peers":[)" + others + "]}"};
      return net::http_response{200, {}, R"({"uri":")" + uri + R"("})"};
    };
  }

private:
  static asio::awaitable<result<net::http_response>> fetch(peers_fixture* me,
                                                           net::http_client_request req) {
    me->asked.push_back(req);
    const auto origin = req.uri.substr(0, req.uri.find('/', 8));
    const auto at = me->network.find(origin);
    if (at == me->network.end())
      co_return error{errc::timed_out, origin};
    co_return at->second(req);
  }
};

} // namespace codius::tests
