#include "runtime/pods/memory_log.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::runtime;

TEST_SUITE("runtime/pods/memory_log") {
  TEST_CASE("a position reads on where it stopped") {
    memory_log log;
    log.write({0, false, "a\n"});
    log.write({1, true, "b\n"});
    const auto first = log.read({}, false);
    REQUIRE(first);
    CHECK(first->pieces == std::vector<log_piece>{{0, false, "a\n"}, {1, true, "b\n"}});
    CHECK(first->octets == log.size());
    CHECK(log.read(first->next, false)->pieces.empty());
    log.write({0, false, "c\n"});
    CHECK(log.read(first->next, false)->pieces == std::vector<log_piece>{{0, false, "c\n"}});
  }

  TEST_CASE("it keeps so much, and a reader that is too late goes on with what is kept") {
    memory_log log{100};
    const auto start = log.read({}, false)->next;
    for (int i = 0; i < 50; ++i)
      log.write({0, false, std::to_string(i) + " 45678\n"});
    CHECK(log.size() <= 100);
    const auto late = log.read(start, false);
    CHECK(late->pieces.size() == 10);
    CHECK(late->pieces.back().text == "49 45678\n");
    log.write({0, false, std::string(1000, 'x')}); // one larger than all that is kept
    CHECK(log.read(late->next, false)->pieces.size() == 1);
  }

  TEST_CASE("a part is bounded") {
    memory_log log{1 << 20};
    for (int i = 0; i < 1000; ++i)
      log.write({0, false, std::string(999, 'x') + "\n"});
    const auto part = log.read({}, false);
    CHECK(part->octets >= 64 * 1024);
    CHECK(part->octets < 66 * 1024);
  }

  TEST_CASE("news are told until nobody wants them") {
    memory_log log;
    int told = 0;
    REQUIRE(log.on_more([&] { ++told; }));
    log.write({0, false, "a"});
    CHECK(told == 1);
    REQUIRE(log.on_more({}));
    log.write({0, false, "b"});
    CHECK(told == 1);
  }
}
