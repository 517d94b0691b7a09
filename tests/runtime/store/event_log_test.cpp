#include "runtime/store/event_bell.hpp"
#include "tests/runtime/store/store_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;
using kinds_list = std::vector<std::string>;

TEST_SUITE("runtime/store/event_log") {
  TEST_CASE_FIXTURE(kept_fixture, "each change of a sale and its pod is a row, in its order") {
    (void)sold(1, 'a');
    (void)buy(sale_kind::extend, 2, 'a', 60s, 10);
    world.advance(700s);
    (void)commit([&] { return s->expire({id_of('a')}); });
    (void)commit([&] { return s->forget({id_of('a')}); });
    CHECK(kinds()
          == kinds_list{"purchase.opened", "money.booked", "pod.created", "purchase.paid",
                        "purchase.delivered", "pod.running", "purchase.opened", "money.booked",
                        "pod.extended", "purchase.paid", "pod.ended", "pod.removed"});
    CHECK(flaw().empty());
  }

  TEST_CASE_FIXTURE(kept_fixture, "what goes back to a token is a row, and so is the time it takes away") {
    const auto p = buy(sale_kind::upload, 1, 'a', 600s, 100);
    (void)commit([&] { return s->credit({p.id, "no image"}); });
    CHECK(count("purchase.credited") == 1);
    CHECK(count("pod.shortened") == 1);
    const auto page = events();
    const auto at = std::find_if(page.events.begin(), page.events.end(),
                                 [](const auto& e) { return e.kind == "purchase.credited"; });
    CHECK(at->subject == id_of('a').text);
    CHECK(*runtime::parse_json(at->detail)->find_text("why") == "no image");
  }

  TEST_CASE_FIXTURE(kept_fixture, "sales that a restart ends are told of") {
    (void)open(sale_kind::upload, 1, 'a', 600s, 100);
    reopen();
    CHECK(kinds() == kinds_list{"purchase.opened", "purchase.abandoned"});
    CHECK(flaw().empty());
  }

  TEST_CASE_FIXTURE(kept_fixture, "a pay token stands nowhere in the log") {
    (void)sold(7, 'a');
    const auto token = token_of(7);
    for (const auto& e : events().events) {
      CHECK(e.detail.find(to_hex(token)) == std::string::npos);
      CHECK(e.subject.find(to_hex(token)) == std::string::npos);
      CHECK(e.detail.find(to_base64(token)) == std::string::npos);
    }
    CHECK(runtime::token_mark(token).size() == 16);
  }

  TEST_CASE_FIXTURE(kept_fixture, "what is rolled back leaves no row, and the chain goes on") {
    (void)sold(1, 'a');
    const auto before = events().head;
    REQUIRE(s->begin());
    REQUIRE(s->book({token_of(2), 5, unit}));
    s->rollback();
    CHECK(events().head == before);
    // An operation that fails inside its batch leaves none either.
    CHECK_FALSE(commit([&] { return s->set({id_of('z'), pod_phase::running}); }));
    CHECK(events().head == before);
    (void)book(2, 5);
    CHECK(events().head.seq == before.seq + 1);
    CHECK(flaw().empty());
  }

  TEST_CASE_FIXTURE(kept_fixture, "a phase that a pod has already is no news") {
    (void)sold(1, 'a');
    const auto before = events().head;
    (void)commit([&] { return s->set({id_of('a'), pod_phase::running}); });
    CHECK(events().head == before);
    (void)commit([&] { return s->set({id_of('a'), pod_phase::restarting}); });
    CHECK(kinds().back() == "pod.restarting");
  }

  TEST_CASE_FIXTURE(kept_fixture, "a row that was changed or taken out is found, wherever it was") {
    (void)sold(1, 'a');
    CHECK(flaw().empty());
    struct {
      const char* sql;
      const char* found;
    } const tricks[] = {
      {"UPDATE events SET detail='{}' WHERE seq=3", "row 3 was changed"},
      {"UPDATE events SET kind='pod.removed' WHERE seq=3", "row 3 was changed"},
      {"UPDATE events SET subject='b' WHERE seq=3", "row 3 was changed"},
      {"UPDATE events SET at_ms=at_ms+1 WHERE seq=3", "row 3 was changed"},
      {"UPDATE events SET hash=zeroblob(32) WHERE seq=3", "row 3 was changed"},
      {"DELETE FROM events WHERE seq=3", "row 3 is missing"},
      {"DELETE FROM events WHERE seq=1", "row 1 is missing"},
      {"DELETE FROM events WHERE seq=6", "the end is missing"},
      {"DELETE FROM events", "the end is missing"},
      {"UPDATE event_ends SET seq=3 WHERE which='anchor'", "row 4 is missing"},
    };
    for (const auto& trick : tricks) {
      CAPTURE(trick.sql);
      kept_fixture victim;
      (void)victim.sold(1, 'a');
      REQUIRE(victim.events().head.seq == 6);
      victim.tamper(trick.sql);
      CHECK(victim.flaw().find(trick.found) == 0);
    }
  }

  TEST_CASE_FIXTURE(kept_fixture, "old rows are pruned from the front, and the rest is still a chain") {
    bounds = {10, 5};
    reopen();
    for (int i = 0; i < 100; ++i)
      (void)book(1, 1);
    const auto page = events();
    CHECK(page.head.seq == 100);
    CHECK(page.events.size() >= 10);
    CHECK(page.events.size() <= 15);
    CHECK(page.anchor.seq == page.events.front().seq - 1);
    CHECK(flaw().empty());
    reopen();
    (void)book(1, 1);
    CHECK(flaw().empty());
  }

  TEST_CASE_FIXTURE(kept_fixture, "pages follow each other, and no wish asks for too much") {
    for (int i = 0; i < 30; ++i)
      (void)book(1, 1);
    CHECK(events(0, 10).events.back().seq == 10);
    CHECK(events(10, 10).events.front().seq == 11);
    CHECK(events(30, 10).events.empty());
    CHECK(events(~0ull, 10).events.empty());
    CHECK(events(0, 1'000'000).events.size() == 30);
    const auto latest = commit([&] { return s->events({0, 3, true}); });
    CHECK(latest->events.front().seq == 28);
    CHECK(latest->events.size() == 3);
  }

  TEST_CASE_FIXTURE(kept_fixture, "what others noted is there together with what they changed") {
    const event_note added{"peer.added", "https://a.example", R"({"by":"operator"})"};
    REQUIRE(commit([&] { return s->keep(keep_peers{{}, {added}}); }));
    REQUIRE(commit([&] { return s->note({{{"setting.changed", "draining", "{}"}}}); }));
    CHECK(kinds() == kinds_list{"peer.added", "setting.changed"});
    CHECK(flaw().empty());
  }

  TEST_CASE_FIXTURE(kept_fixture, "a database from before the log gets one that begins empty") {
    s.reset();
    {
      runtime::database db{file()};
      const auto before = [&] { // its statement must be over before a table is dropped
        auto version = db.prepare("PRAGMA user_version");
        version.step();
        return version.integer(0) - 1; // the log is the last step
      }();
      db.exec("DROP TABLE events; DROP TABLE event_ends; DROP INDEX purchases_by_pod;"
              "PRAGMA user_version=" + std::to_string(before));
    }
    reopen();
    CHECK(events().events.empty());
    (void)sold(1, 'a');
    CHECK(flaw().empty());
  }

  TEST_CASE("rows that come as JSON of another shape are told of, not trusted") {
    runtime::event_checker checker{{}};
    for (const char* text : {"null", "[]", "{}", R"({"seq":1})", R"({"seq":"1"})", R"({"seq":1.5})",
                             R"({"seq":2,"at":"","kind":"","subject":"","detail":{},"hash":""})",
                             R"({"seq":1,"at":"","kind":"","subject":"","detail":{},"hash":"xyz"})"}) {
      CAPTURE(text);
      CHECK_FALSE(checker.check(*runtime::parse_json(text)));
    }
    CHECK_FALSE(runtime::read_point(nullptr));
  }

  TEST_CASE("a bell wakes those who sit there, and has a seat for so many") {
    const auto bell = std::make_shared<runtime::event_bell>(2);
    int woken = 0;
    auto first = bell->sit();
    auto second = bell->sit();
    REQUIRE(first);
    first->on_news([&] { ++woken; });
    bell->ring();
    CHECK(woken == 1);
    CHECK_FALSE(bell->sit());
    first.reset();
    bell->ring();
    CHECK(woken == 1);
    CHECK(bell->sit());
  }
}
