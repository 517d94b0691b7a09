#include "runtime/client/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace codius;
using namespace codius::client;
using namespace std::chrono_literals;

TEST_SUITE("runtime/client/text") {
  TEST_CASE("a stranger's text cannot move the cursor, hide or turn what is shown") {
    struct row {
      const char* what;
      std::string text;
      std::string shown;
    };
    const row rows[] = {
      {"plain", "no capacity", "no capacity"},
      {"accents stay", "Zürich → ✓", "Zürich → ✓"},
      {"escape sequence", "a\x1b[31mb", "a?[31mb"},
      {"new lines", "a\r\nb\tc", "a??b?c"},
      {"C1 control",
       "a\xc2\x9b"
       "b",
       "a?b"},
      {"right-to-left override",
       "a\xe2\x80\xae"
       "b",
       "a?b"},
      {"zero width joiner",
       "a\xe2\x80\x8d"
       "b",
       "a?b"},
      {"isolate",
       "a\xe2\x81\xa6"
       "b",
       "a?b"},
      {"byte order mark",
       "\xef\xbb\xbf"
       "b",
       "?b"},
      {"broken UTF-8",
       "a\xff\xc3"
       "b",
       "a?"
       "?b"},
      {"empty", "", ""},
    };
    for (const auto& r : rows) {
      CAPTURE(r.what);
      CHECK(printable(r.text) == r.shown);
    }
    CHECK(printable("abcdef", 3) == "abc...");
    CHECK(printable("ab\xc3\xbc", 3) == "ab...");
  }

  TEST_CASE("durations are said in at most two units") {
    CHECK(duration_words(0s) == "0 seconds");
    CHECK(duration_words(1s) == "1 second");
    CHECK(duration_words(59s) == "59 seconds");
    CHECK(duration_words(60s) == "1 minute");
    CHECK(duration_words(3600s) == "1 hour");
    CHECK(duration_words(3661s) == "1 hour 1 minute");
    CHECK(duration_words(24h * 9 + 3h + 5min) == "1 week 2 days");
    CHECK(duration_words(-5s) == "0 seconds");
  }

  TEST_CASE("durations are read as seconds or with a unit") {
    CHECK(parse_duration("600") == 600s);
    CHECK(parse_duration("90s") == 90s);
    CHECK(parse_duration("10m") == 600s);
    CHECK(parse_duration("2h") == 7200s);
    CHECK(parse_duration("1d") == 86400s);
    CHECK(parse_duration("2w") == 1209600s);
    for (const char* bad : {"", "0", "-1", "1.5", "1e3", "h", "10 m", "10min", "+5", "0x10", "NaN",
                            "9223372036854775807", "99999999999999999999", "3651d"}) {
      CAPTURE(bad);
      CHECK(!parse_duration(bad));
    }
  }

  TEST_CASE("times are read as hosts write them and said in seconds") {
    const auto t = parse_iso_time("2026-11-22T15:04:05.678Z");
    REQUIRE(t);
    CHECK(t->time_since_epoch() == 1795359845678ms);
    CHECK(iso_time(*t) == "2026-11-22T15:04:05Z");
    CHECK(parse_iso_time("2026-11-22T15:04:05Z") == *t - 678ms);
    CHECK(parse_iso_time("2026-11-22T15:04:05.6Z") == *t - 78ms);
    for (const char* bad :
         {"", "tomorrow", "2026-11-22", "2026-11-22T15:04:05", "2026-13-22T15:04:05Z",
          "2026-02-30T15:04:05Z", "2026-11-22T24:04:05Z", "2026-11-22T15:04:05.Z",
          "2026-11-22T15:04:05+01:00", "2026-11-22 15:04:05Z"}) {
      CAPTURE(bad);
      CHECK(!parse_iso_time(bad));
    }
    CHECK(relative_time(*t, *t - 10min) == "in 10 minutes");
    CHECK(relative_time(*t, *t + 3h) == "3 hours ago");
  }

  TEST_CASE("elapsed time is as exact as it is interesting") {
    CHECK(elapsed_words(0ms) == "0.00 s");
    CHECK(elapsed_words(1234ms) == "1.23 s");
    CHECK(elapsed_words(12'345ms) == "12 s");
    CHECK(elapsed_words(125s) == "2 min 5 s");
    CHECK(elapsed_words(-3s) == "0.00 s");
  }

  TEST_CASE("the nearest word is offered only when it is near") {
    const std::vector<std::string> known{"--host", "--duration", "--max-price"};
    CHECK(nearest_word("--hots", known) == "--host");
    CHECK(nearest_word("--maxprice", known) == "--max-price");
    CHECK(nearest_word("--xyz", known) == "");
    CHECK(nearest_word(std::string(100'000, 'x'), known) == "");
  }
}
