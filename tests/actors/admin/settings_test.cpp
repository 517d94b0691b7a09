#include "actors/admin/reloader.hpp"
#include "tests/actors/sale_fixture.hpp"
#include "tests/runtime/base/config_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;
using actors::setting_change;
using changes = std::vector<setting_change>;

namespace {

using change_result = result<actors::settings_desk::outcome>;
using reload_result = result<actors::reloader::report>;

template <class T>
asio::awaitable<void> keep(asio::awaitable<T> work, std::shared_ptr<std::optional<T>> out) {
  *out = co_await std::move(work);
}

struct settings_fixture : sale_fixture {
  std::shared_ptr<actors::settings_desk> desk
    = std::make_shared<actors::settings_desk>(sys, world.door(), board);

  template <class T>
  std::shared_ptr<std::optional<T>> begin(asio::awaitable<T> work) {
    auto out = std::make_shared<std::optional<T>>();
    asio::co_spawn(io, keep(std::move(work), out), asio::detached);
    return out;
  }
  std::shared_ptr<std::optional<change_result>> set_price(uint64_t whole) {
    return begin(desk->change(
      [whole](runtime::host_terms& t) {
        t.cost_per_month = {whole, 0};
        return ok();
      },
      "a test"));
  }
  std::vector<host_event> events() {
    const auto keeper = runtime::find<keeper_actor>(sys, role::keeper);
    auto out = ask<event_list>(keeper, get_events{0, 100, false});
    REQUIRE(out);
    return out->events;
  }
  reload_result reload(result<runtime::loaded_config> wanted) {
    auto started = load({"--dev"});
    REQUIRE(started);
    actors::settings_source source{*started, [wanted] { return wanted; }};
    actors::reloader r{desk, source, io.get_executor()};
    const auto out = begin(r.reload("a test"));
    run();
    REQUIRE(*out);
    return **out;
  }
};

} // namespace

TEST_SUITE("actors/admin/settings") {
  TEST_CASE("what is different is told in the words of the settings file") {
    runtime::host_terms before, after;
    CHECK(actors::differences(before, after).empty());
    before.cost_per_month = {10, 0};
    after.cost_per_month = {125, 1};
    after.max_memory_fraction = 0.5;
    after.known_peers = 20;
    after.gossip_interval = 500ms;
    after.bootstrap_peers = {"https://a.example", "https://b.example"};
    after.log_level = log::level::debug;
    after.draining = true;
    CHECK(actors::differences(before, after)
          == changes{{"cost_per_month", "10", "12.5"},
                     {"max_memory_fraction", "0.75", "0.5"},
                     {"bootstrap_peers", "", "https://a.example, https://b.example"},
                     {"gossip_interval", "5000ms", "500ms"},
                     {"known_peers", "100", "20"},
                     {"log_level", "info", "debug"},
                     {"draining", "false", "true"}});
  }

  TEST_CASE_FIXTURE(settings_fixture, "a change is written down, then in force") {
    start_all();
    const auto done = set_price(20);
    run();
    REQUIRE((*done && **done));
    CHECK((**done)->changes == changes{{"cost_per_month", "10", "20"}});
    CHECK(board->current()->cost_per_month == decimal{20, 0});
    const auto all = events();
    REQUIRE(all.size() == 1);
    CHECK(all[0].kind == "setting.changed");
    CHECK(all[0].subject == "cost_per_month");
    CHECK(all[0].detail == R"({"from":"10","to":"20","by":"a test"})");
    SUBCASE("and what is so already is no news") {
      (void)set_price(20);
      run();
      CHECK(events().size() == 1);
    }
  }

  TEST_CASE_FIXTURE(settings_fixture, "what cannot be written down is not changed") {
    start_all();
    kill(role::keeper);
    const auto done = set_price(20);
    run();
    REQUIRE(*done);
    CHECK((*done)->error().code == errc::unavailable);
    CHECK(board->current()->cost_per_month == decimal{10, 0});
  }

  TEST_CASE_FIXTURE(settings_fixture, "changes go one at a time") {
    start_all();
    const auto first = set_price(20);
    const auto second = set_price(30);
    run();
    REQUIRE((*first && *second));
    CHECK(**first);
    CHECK((*second)->error().code == errc::busy);
    CHECK(board->current()->cost_per_month == decimal{20, 0});
    const auto third = set_price(30);
    run();
    CHECK(**third);
  }

  TEST_CASE_FIXTURE(settings_fixture, "a reload changes what it can, and names what needs a restart") {
    start_all();
    auto next = actors::terms_of(load({"--dev"})->values);
    next.draining = true;
    board->change(next, *world.now);
    const auto done
      = reload(load({"--dev", "--cost-per-month", "3", "--known-peers", "60", "--threads", "3",
                     "--pull-timeout", "5m", "--max-memory-fraction", "0.5"}));
    REQUIRE(done);
    CHECK(done->applied
          == changes{{"cost_per_month", "10", "3"},
                     {"max_memory_fraction", "0.75", "0.5"},
                     {"known_peers", "100", "60"}});
    CHECK(done->waiting == changes{{"pull_timeout", "600", "5m"}, {"threads", "0", "3"}});
    CHECK(board->current()->draining); // not the file's to say
    CHECK(board->current()->known_peers == 60);
  }

  TEST_CASE_FIXTURE(settings_fixture, "a reload of wrong settings changes nothing") {
    start_all();
    const auto before = *board->current();
    const auto done = reload(load({"--dev", "--cost-per-month", "3", "--known-peers", "many"}));
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::invalid);
    CHECK(done.error().detail.find("known_peers") != std::string::npos);
    CHECK(*board->current() == before);
    CHECK(events().empty());
  }

  TEST_CASE("a secret that changed is named, and not told") {
    const auto a = load({"--public-uri", "https://h.example"});
    const auto fresh = runtime::load_config(std::vector<std::string>{"--public-uri", "https://h.example"}, {},
                                            env{[] { return utc_time{}; }, [](auto out) {
                                              std::fill(out.begin(), out.end(), std::byte{1});
                                            }},
                                            "/nowhere/x.toml");
    REQUIRE((a && fresh));
    CHECK(actors::waiting_for_restart(*a, *fresh).empty()); // a fresh token of the default uplink
    const auto b = load({"--public-uri", "https://h.example", "--ilp-credentials",
                         "btp+ws://:hunter2@localhost:7768"});
    REQUIRE(b);
    const auto waiting = actors::waiting_for_restart(*a, *b);
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].setting == "ilp_credentials");
    CHECK((waiting[0].from + waiting[0].to).find("hunter2") == std::string::npos);
  }
}
