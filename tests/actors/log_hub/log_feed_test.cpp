#include "actors/log_hub/log_feed.hpp"
#include "tests/support/counted_log.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::actors;
using namespace codius::tests;

namespace {

struct feed_fixture {
  std::shared_ptr<counted_log> log = std::make_shared<counted_log>();
  std::shared_ptr<log_feed> feed;

  explicit feed_fixture(size_t keep = 1 << 20)
    : feed(std::make_shared<log_feed>(log, std::vector<std::string>{"web", "side_car"}, keep)) {
    REQUIRE(feed->listen());
  }
  /// Reads on as a follower does.
  std::string next(runtime::log_position& at, bool flush = false) {
    log_feed::piece p;
    if (!feed->known(at, flush, p)) {
      auto read = feed->read(at, flush);
      REQUIRE(read);
      p = *read;
    }
    at = p.next;
    return *p.text;
  }
};

} // namespace

TEST_SUITE("actors/log_hub/log_feed") {
  TEST_CASE_FIXTURE(feed_fixture, "lines carry their container and stream") {
    log->out("hello\n");
    log->err("oops\n");
    log->out("side\n", 1);
    log->out("a");
    log->out("b");
    runtime::log_position at;
    CHECK(next(at)
          == "_web stdout hello\n_web stderr oops\n_side_car stdout side\n_web stdout a_web stdout b");
    CHECK(next(at) == "");
  }

  TEST_CASE("text that is no UTF-8 is mended as the original does") {
    const std::vector<std::string> names{"_web"};
    struct row {
      const char* name;
      std::string text, wanted;
    };
    const row rows[] = {
      {"good", "h\xc3\xa9llo \xf0\x9f\x98\x80\n", "h\xc3\xa9llo \xf0\x9f\x98\x80\n"},
      {"bad byte", "a\xff" "b", "a\xef\xbf\xbd" "b"},
      {"cut", "a\xf0\x9f\x98", "a\xef\xbf\xbd"},
      {"surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
      {"overlong", "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"control characters stay", std::string("a\0\x1b[1m\r\n", 8), std::string("a\0\x1b[1m\r\n", 8)},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      CHECK(log_text({{0, false, r.text}}, names) == "_web stdout " + r.wanted);
    }
  }

  TEST_CASE("a container's name cannot forge a line or swell the log") {
    CHECK(log_name("web") == "_web");
    CHECK(log_name("side_car") == "_side_car");
    CHECK(log_name("a\nb\x7f\r") == "_a?b??");
    CHECK(log_name(std::string(100'000, 'x')).size() < 140);
  }

  TEST_CASE_FIXTURE(feed_fixture, "100 followers cost one reader") {
    std::vector<runtime::log_position> all(100);
    for (auto& at : all)
      CHECK(next(at) == "");
    CHECK(log->reads == 1);
    for (int line = 0; line < 10; ++line) {
      log->out("line " + std::to_string(line) + "\n");
      for (auto& at : all) {
        REQUIRE(next(at) == "_web stdout line " + std::to_string(line) + "\n");
        REQUIRE(next(at) == "");
      }
    }
    CHECK(log->reads == 1 + 2 * 10);
    runtime::log_position late; // reads what is kept by itself, then goes with the others
    CHECK(next(late).starts_with("_web stdout line 0\n_web stdout line 1\n"));
    CHECK(next(late) == "");
    CHECK(log->reads == 22);
  }

  TEST_CASE("a flood leaves no more in memory than it may, and a slow follower loses nothing") {
    feed_fixture f{100'000};
    f.log = std::make_shared<counted_log>(16u << 20);
    f.feed = std::make_shared<log_feed>(f.log, std::vector<std::string>{"web"}, 100'000);
    REQUIRE(f.feed->listen());
    runtime::log_position slow, fast;
    size_t read_fast = 0;
    for (int i = 0; i < 10'000; ++i) {
      f.log->out(std::string(999, 'x') + "\n");
      if (i % 10 == 0)
        read_fast += f.next(fast).size();
      REQUIRE(f.feed->kept_octets() < 200'000);
    }
    for (std::string text = "-"; !text.empty(); read_fast += text.size())
      text = f.next(fast);
    size_t read_slow = 0;
    for (std::string text = "-"; !text.empty(); read_slow += text.size())
      text = f.next(slow);
    CHECK(read_slow == read_fast);
    CHECK(read_slow == 10'000 * (1000 + std::string{"_web stdout "}.size()));
  }

  TEST_CASE_FIXTURE(feed_fixture, "news wake every follower, and those that left are not called") {
    int first = 0, second = 0;
    const auto one = feed->add([&] { ++first; });
    (void)feed->add([&] { ++second; });
    log->out("a\n");
    CHECK(first == 1);
    feed->drop(one);
    log->out("b\n");
    feed->renew();
    feed->end();
    CHECK(first == 1);
    CHECK(second == 4);
    CHECK(log->renewals == 1);
    CHECK(feed->ended());
    feed.reset();
    log->out("c\n"); // nobody is called
    CHECK(second == 4);
  }

  TEST_CASE_FIXTURE(feed_fixture, "a log that cannot be read is asked again") {
    log->failure = error{errc::io, "disk"};
    runtime::log_position at;
    CHECK(feed->read(at, false).error().code == errc::io);
    log->failure.reset();
    log->out("a\n");
    CHECK(next(at) == "_web stdout a\n");
  }
}
