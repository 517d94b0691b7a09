#include "actors/peer_gossip/peer_book.hpp"

#include <doctest/doctest.h>

#include <malloc.h>

#include <map>
#include <set>

using namespace codius;
using namespace std::chrono_literals;
using kind = peer_contact::kind;
using how = contact_outcome::kind;

namespace {

using names = std::vector<std::string>;

std::string host(size_t n) { return "https://h" + std::to_string(n) + ".x" + std::to_string(n) + ".example"; }

/// A host whose peers answer as the test says.
struct book_fixture {
  actors::peer_rules rules;
  utc_time now{1'700'000'000'000ms};
  std::unique_ptr<actors::peer_book> book;
  std::set<std::string> silent, wrong;
  std::map<std::string, names> tells;
  std::map<std::string, size_t> asked;
  size_t requests = 0;

  book_fixture() { start(); }
  void start() { book = std::make_unique<actors::peer_book>(rules, "https://me.example", 7); }

  contact_outcome answer(const peer_contact& c) {
    ++asked[c.uri];
    ++requests;
    if (wrong.contains(c.uri))
      return {how::wrong, {}, "another name"};
    if (silent.contains(c.uri))
      return {how::unreachable, {}, "no answer"};
    return {how::good, c.what == kind::exchange ? tells[c.uri] : names{}, {}};
  }
  void round() {
    book->begin_round(now);
    while (auto c = book->next())
      book->finish(*c, answer(*c), now);
    now += rules.interval;
  }
  void rounds(int n) {
    for (int i = 0; i < n; ++i)
      round();
  }
  bool knows(const std::string& uri) {
    for (const auto& p : book->table(now).peers)
      if (p.uri == uri)
        return true;
    return false;
  }
  peer_view view(const std::string& uri) {
    for (const auto& p : book->table(now).peers)
      if (p.uri == uri)
        return p;
    FAIL("not known: " << uri);
    return {};
  }
  void bootstrap(const std::string& uri) { REQUIRE(book->add_bootstrap(uri, false, now)); }
  /// Lets `n` peers join that answer.
  void join(size_t n) {
    const auto others = book->told_count();
    for (size_t i = 0; i < n; ++i)
      book->hear({host(i)}, "client " + std::to_string(i), now);
    for (int i = 0; i < 100 && book->told_count() < others + n; ++i)
      round();
    REQUIRE(book->told_count() == others + n);
  }
};

} // namespace

TEST_SUITE("actors/peer_gossip/peer_book") {
  TEST_CASE_FIXTURE(book_fixture, "a peer is believed in only after it answered to its name") {
    book->hear({host(1), host(2), host(3)}, "client 1", now);
    CHECK(book->told_count() == 0);
    silent = {host(2)};
    wrong = {host(3)};
    rounds(2);
    CHECK(book->told(1000) == names{host(1)});
    CHECK(book->table(now).refused == 2);
    CHECK(view(host(1)).state == peer_state::healthy);
    CHECK_FALSE(view(host(1)).bootstrap);
  }

  TEST_CASE_FIXTURE(book_fixture, "bootstrap peers are asked for others, and those for more") {
    bootstrap(host(0));
    for (size_t i = 0; i < 8; ++i)
      tells[host(i)] = {host(i + 1), "https://me.example"};
    rounds(16);
    CHECK(book->told_count() == 9);
    CHECK_FALSE(knows("https://me.example"));
    CHECK(view(host(0)).bootstrap);
  }

  TEST_CASE_FIXTURE(book_fixture, "peers are told in the order of their arrival, or a random few") {
    for (size_t i = 0; i < 3; ++i)
      bootstrap(host(i));
    CHECK(book->told(1000) == names{host(0), host(1), host(2)});
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
      const auto two = book->told(2);
      REQUIRE(two.size() == 2);
      CHECK(two[0] != two[1]);
      seen.insert(two.begin(), two.end());
    }
    CHECK(seen.size() == 3);
    CHECK(book->told(0).empty());
    CHECK(book->told(3).size() == 3);
  }

  TEST_CASE_FIXTURE(book_fixture, "D-28 one failure does not remove a peer, four in a row do") {
    join(20);
    silent = {host(3)};
    for (int i = 0; i < 30 && view(host(3)).failures == 0; ++i)
      round();
    REQUIRE(view(host(3)).failures == 1);
    CHECK(view(host(3)).state == peer_state::failing);
    CHECK(book->told_count() == 20); // not yet hidden from others
    silent.clear();
    rounds(3);
    CHECK(view(host(3)).failures == 0);
    silent = {host(3)};
    rounds(30);
    CHECK_FALSE(knows(host(3)));
    CHECK(book->told_count() == 19);
  }

  TEST_CASE_FIXTURE(book_fixture, "a bootstrap peer that fails is kept, and asked ever more rarely") {
    const std::string boot = "https://boot.example";
    bootstrap(boot);
    join(20);
    silent = {boot};
    rounds(13 * 8);
    const auto before = asked[boot];
    rounds(200);
    CHECK(asked[boot] - before <= 12); // once in 24 rounds, a quarter more or less
    CHECK(asked[boot] - before >= 6);
    CHECK(knows(boot));
    CHECK(book->told_count() == 20); // and nobody is told of it
    silent.clear();
    rounds(31);
    CHECK(view(boot).state == peer_state::healthy);
  }

  TEST_CASE_FIXTURE(book_fixture, "D-28 an outage of the own network costs no peer") {
    bootstrap("https://boot.example");
    join(50);
    for (size_t i = 0; i < 50; ++i)
      silent.insert(host(i));
    silent.insert("https://boot.example");
    rounds(500);
    CHECK(book->table(now).peers.size() == 51);
    silent.clear();
    rounds(31);
    CHECK(book->told_count() == 51);
    for (const auto& p : book->table(now).peers)
      CHECK(p.failures == 0);
  }

  TEST_CASE_FIXTURE(book_fixture, "D-28 the list is bounded, and shared fairly by those who fill it") {
    names fakes;
    for (size_t i = 0; i < 40'000; ++i)
      fakes.push_back(host(100 + i));
    for (int i = 0; i < 50; ++i)
      book->hear(fakes, "client liar", now);
    CHECK(book->table(now).waiting == rules.most_from_one);
    for (int i = 0; i < 500; ++i)
      book->hear(fakes, "client liar " + std::to_string(i), now);
    CHECK(book->table(now).waiting <= rules.most_waiting);
    // One honest host among a hundred liars, who come first each time, is found all the same.
    silent.insert(fakes.begin(), fakes.end());
    int needed = 0;
    while (!knows(host(1)) && ++needed < 200) {
      for (int i = 0; i < 100; ++i)
        book->hear(fakes, "client liar " + std::to_string(i), now);
      book->hear({host(1)}, "client honest", now);
      round();
    }
    CHECK(needed < 100);
    CHECK(book->table(now).refused <= rules.most_refused);
  }

  TEST_CASE_FIXTURE(book_fixture, "D-27 thousands of names cost a few requests a round") {
    names fakes;
    for (size_t i = 0; i < 1000; ++i) {
      fakes.push_back(host(100 + i));
      silent.insert(fakes.back());
    }
    for (int i = 0; i < 20; ++i) {
      book->hear(fakes, "client liar", now);
      const auto before = requests;
      round();
      CHECK(requests - before <= rules.newcomers);
    }
  }

  TEST_CASE_FIXTURE(book_fixture, "a name that was no good is not asked again for a while, each time longer") {
    silent = {host(1)};
    std::vector<int> at;
    for (int i = 0; i < 400; ++i) {
      book->hear({host(1)}, "client 1", now);
      const auto before = asked[host(1)];
      round();
      if (asked[host(1)] > before)
        at.push_back(i);
    }
    REQUIRE(at.size() >= 4);
    CHECK(at[1] - at[0] >= 24);
    CHECK(at[2] - at[1] >= 48);
    CHECK(at[3] - at[2] >= 96);
    CHECK(at.size() <= 5);
  }

  TEST_CASE_FIXTURE(book_fixture, "a peer whose tips are nearly all bad is dropped, with its tips") {
    join(20);
    names fakes;
    for (size_t i = 0; i < 1000; ++i) {
      fakes.push_back(host(1000 + i));
      silent.insert(fakes.back());
    }
    tells[host(5)] = fakes;
    rounds(60);
    CHECK_FALSE(knows(host(5)));
    CHECK(book->told_count() == 19);
    CHECK(book->table(now).waiting == 0);
    const auto before = requests;
    rounds(10);
    CHECK(requests - before <= 10 * (rules.exchanges + 2 + rules.newcomers));
    book->hear({host(5)}, "client 5", now); // not right away
    rounds(3);
    CHECK_FALSE(knows(host(5)));
  }

  TEST_CASE_FIXTURE(book_fixture, "a peer that goes by another name now is dropped at once") {
    join(20);
    wrong = {host(4)};
    rounds(14);
    CHECK_FALSE(knows(host(4)));
    CHECK(asked[host(4)] >= 1);
  }

  TEST_CASE_FIXTURE(book_fixture, "one site has few places, however many names it has") {
    for (int i = 0; i < 60; ++i) {
      names sybils;
      for (int k = 0; k < 30; ++k)
        sybils.push_back("https://n" + std::to_string(i * 30 + k) + ".evil.example");
      book->hear(sybils, "client " + std::to_string(i), now);
      round();
    }
    CHECK(book->told_count() == rules.most_from_site);
    book->hear({"https://good.example"}, "client good", now);
    rounds(2);
    CHECK(knows("https://good.example"));
  }

  TEST_CASE_FIXTURE(book_fixture, "when all places are taken, half of them go to newcomers in turn") {
    rules.fresh = 40;
    start();
    size_t next = 0;
    const auto more = [&](size_t n) {
      for (size_t i = 0; i < n; ++i, ++next) {
        book->hear({host(next)}, "client " + std::to_string(next), now);
        round();
        CHECK(book->told_count() <= 40);
      }
    };
    more(400);
    const auto before = book->told(1000);
    REQUIRE(before.size() == 40);
    more(60);
    size_t kept = 0;
    for (const auto& uri : before)
      kept += knows(uri) ? 1 : 0;
    CHECK(kept >= 14); // of the core of 20
    CHECK(kept <= 26);
    CHECK(knows(host(next - 1)));
  }

  TEST_CASE_FIXTURE(book_fixture, "each peer is asked within a rotation") {
    join(96);
    asked.clear();
    rounds(13);
    for (size_t i = 0; i < 96; ++i) {
      CAPTURE(i);
      CHECK(asked[host(i)] >= 1);
    }
    CHECK(requests > 0);
  }

  TEST_CASE_FIXTURE(book_fixture, "bootstrap peers are left in peace by those who have others") {
    bootstrap("https://boot.example");
    join(30);
    rounds(10);
    asked.clear();
    rounds(960);
    CHECK(asked["https://boot.example"] <= 12);
    CHECK(asked["https://boot.example"] >= 5);
  }

  TEST_CASE_FIXTURE(book_fixture, "requests under way are bounded, strangers apart from peers") {
    join(90);
    names fresh;
    for (size_t i = 0; i < 30; ++i)
      fresh.push_back(host(1000 + i));
    book->hear(fresh, "client 1", now);
    book->begin_round(now);
    std::vector<peer_contact> open;
    while (auto c = book->next())
      open.push_back(*c);
    CHECK(open.size() == rules.peers_at_once + rules.strangers_at_once);
    CHECK(book->table(now).asking == open.size());
    // They never answer: the next round begins all the same, and asks nobody twice.
    now += rules.interval;
    book->begin_round(now);
    CHECK_FALSE(book->next());
    for (const auto& c : open)
      book->finish(c, {how::unreachable, {}, "late"}, now);
    book->begin_round(now);
    CHECK(book->next());
  }

  TEST_CASE_FIXTURE(book_fixture, "what could not be asked is held against nobody") {
    join(10);
    for (int i = 0; i < 50; ++i) {
      book->begin_round(now);
      while (auto c = book->next())
        book->finish(*c, {how::not_asked, {}, "busy"}, now);
      now += rules.interval;
    }
    CHECK(book->told_count() == 10);
    for (const auto& p : book->table(now).peers)
      CHECK(p.failures == 0);
  }

  TEST_CASE_FIXTURE(book_fixture, "an operator adds and removes peers") {
    const auto added = book->add_bootstrap("https://A.example/", true, now);
    REQUIRE(added);
    CHECK(added->uri == "https://a.example");
    CHECK(added->state == peer_state::untried);
    CHECK(book->take_changed());
    CHECK(book->kept() == std::vector<kept_peer>{{"https://a.example", true, now, utc_time{}}});
    CHECK_FALSE(book->add_bootstrap("http://a.example", true, now));
    CHECK_FALSE(book->add_bootstrap("https://me.example", true, now));
    CHECK_FALSE(book->add_bootstrap("https://10.0.0.1", true, now));
    CHECK(book->remove("https://a.example", now)->bootstrap);
    CHECK(book->remove("https://a.example", now).error().code == errc::not_found);
    book->hear({"https://a.example"}, "client 1", now);
    rounds(5);
    CHECK_FALSE(knows("https://a.example"));
    REQUIRE(book->add_bootstrap("https://a.example", true, now)); // second thoughts
    rounds(5);
    CHECK(view("https://a.example").state == peer_state::healthy);
  }

  TEST_CASE_FIXTURE(book_fixture, "what was known is known again after a restart, under the rules of then") {
    bootstrap("https://setting.example");
    REQUIRE(book->add_bootstrap("https://added.example", true, now));
    join(5 + 2);
    const auto kept = book->kept();
    start();
    bootstrap("https://setting.example");
    auto more = kept;
    more.push_back({"http://localhost:3000", false, now, now});
    more.push_back({"https://me.example", false, now, now});
    book->restore(more, now);
    CHECK(book->told_count() == 9);
    CHECK(view("https://added.example").bootstrap);
    CHECK(view(host(0)).state == peer_state::healthy);
    silent = {host(0)};
    rounds(60);
    CHECK_FALSE(knows(host(0)));
  }

  TEST_CASE_FIXTURE(book_fixture, "D-28 no setting and no file makes the list longer than 10,000") {
    rules.fresh = 1'000'000;
    start();
    for (size_t i = 0; i < 1000; ++i)
      bootstrap(host(i));
    CHECK_FALSE(book->add_bootstrap(host(1000), true, now));
    std::vector<kept_peer> kept;
    for (size_t i = 1000; i < 13'000; ++i)
      kept.push_back({host(i), i % 2 == 0, now, now});
    book->restore(kept, now);
    CHECK(book->told_count() == actors::most_known_peers - 3000); // half of them were called bootstrap
    CHECK(book->told(actors::most_told_peers).size() == 1000);
    for (auto& k : kept)
      k.bootstrap = false;
    book->restore(kept, now);
    CHECK(book->told_count() == actors::most_known_peers);
    rounds(2);
    CHECK(book->told_count() == actors::most_known_peers);
  }

  TEST_CASE_FIXTURE(book_fixture, "a list that a longer setting left is cut at the start") {
    join(40);
    const auto kept = book->kept();
    rules.fresh = 10;
    start();
    book->restore(kept, now);
    CHECK(book->told_count() == 10);
    CHECK(knows(kept.front().uri)); // the oldest stay
  }

  TEST_CASE_FIXTURE(book_fixture, "a day among ten thousand liars leaves it as it was, with its honest peers") {
    constexpr size_t honest = 30;
    join(honest);
    for (size_t i = 0; i < honest; ++i)
      for (size_t k = 0; k < honest; ++k)
        tells[host(i)].push_back(host(k));
    // Every hundredth answers to its name and tells of the others; the rest never do.
    for (size_t i = 1000; i < 11'000; ++i)
      if (i % 100 == 0)
        for (size_t k = 0; k < 100; ++k)
          tells[host(i)].push_back(host(1000 + (i * 31 + k * 97) % 10'000));
      else
        (i % 2 == 0 ? silent : wrong).insert(host(i));
    const auto hours = [&](int n) {
      for (int r = 0; r < n * 720; ++r) {
        names some;
        for (size_t k = 0; k < 20; ++k)
          some.push_back(host(1000 + (static_cast<size_t>(r) * 20 + k) % 10'000));
        book->hear(some, "client " + std::to_string(r % 50), now);
        const auto before = requests;
        round();
        (void)book->take_news();
        REQUIRE(requests - before <= rules.exchanges + 2 * rules.newcomers + 9 + 9);
      }
      asked.clear();
    };
    hours(12);
    const auto heap = ::mallinfo2().uordblks;
    hours(12);
    CHECK(::mallinfo2().uordblks < heap + (64 << 10));
    const auto table = book->table(now);
    CHECK(table.peers.size() <= rules.fresh);
    CHECK(table.waiting <= 2 * rules.most_waiting + rules.newcomers);
    CHECK(table.refused <= rules.most_refused);
    size_t still = 0;
    for (size_t i = 0; i < honest; ++i)
      still += knows(host(i)) ? 1 : 0;
    CHECK(still >= honest * 3 / 4);
  }

  TEST_CASE_FIXTURE(book_fixture, "an operator changes how many are known, and those who fail go first") {
    join(40);
    CHECK(book->told_count() == 40);
    silent.insert(host(7));
    for (int i = 0; i < 20 && view(host(7)).failures == 0; ++i)
      round();
    REQUIRE(view(host(7)).failures == 1);
    book->follow({rules.interval, 39, {}}, now);
    CHECK_FALSE(knows(host(7)));
    book->follow({rules.interval, 10, {}}, now);
    CHECK(book->told_count() == 10);
    rounds(2);
    CHECK(book->told_count() <= 10);
    book->follow({rules.interval * 2, 100, {}}, now);
    CHECK(book->pause() >= rules.interval * 3 / 2);
  }

  TEST_CASE_FIXTURE(book_fixture, "bootstrap peers follow the setting, but for those that an operator added") {
    REQUIRE(book->add_bootstrap(host(1), false, now));
    REQUIRE(book->add_bootstrap(host(2), true, now));
    book->follow({rules.interval, rules.fresh, {host(3), "https://me.example", "nonsense"}}, now);
    std::map<std::string, bool> bootstrap;
    for (const auto& p : book->table(now).peers)
      bootstrap[p.uri] = p.bootstrap;
    CHECK(bootstrap == std::map<std::string, bool>{{host(1), false}, {host(2), true}, {host(3), true}});
  }
}
