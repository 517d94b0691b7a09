#include "actors/http_ingress/info_text.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace std::chrono_literals;

TEST_SUITE("actors/http_ingress/info_text") {
  const auto terms = std::make_shared<const runtime::host_terms>();
  const utc_time t{1000s};

  TEST_CASE("it is told for a moment, and not longer") {
    actors::info_text info;
    CHECK(info.at(t, terms, 0) == nullptr);
    info.keep("{}", t, terms, 0);
    REQUIRE(info.at(t + 9ms, terms, 0));
    CHECK(*info.at(t + 9ms, terms, 0) == "{}");
    CHECK(info.at(t + 10ms, terms, 0) == nullptr);
    CHECK(info.at(t - 1ms, terms, 0) == nullptr);
  }

  TEST_CASE("one makes it anew, the others need not wait; who never comes back is not waited for") {
    actors::info_text info;
    info.keep("old", t, terms, 0);
    CHECK(info.at(t + 10ms, terms, 0) == nullptr);
    REQUIRE(info.at(t + 11ms, terms, 0));
    info.keep("new", t + 12ms, terms, 0);
    CHECK(*info.at(t + 13ms, terms, 0) == "new");
    CHECK(info.at(t + 30ms, terms, 0) == nullptr);
    CHECK(info.at(t + 600ms, terms, 0) == nullptr);
  }

  TEST_CASE("a peek at what is old makes nobody its maker") {
    actors::info_text info;
    CHECK(info.peek(t, terms, 0) == nullptr);
    info.keep("{}", t, terms, 0);
    CHECK(info.peek(t + 9ms, terms, 0));
    CHECK(info.peek(t + 10ms, terms, 0) == nullptr);
    CHECK(info.at(t + 10ms, terms, 0) == nullptr); // so this one makes it
    CHECK(info.peek(t + 11ms, terms, 0));
  }

  TEST_CASE("a sale or a change of the terms ends it at once") {
    actors::info_text info;
    info.keep("{}", t, terms, 3);
    CHECK(info.at(t, terms, 3));
    CHECK(info.at(t, terms, 4) == nullptr);
    CHECK(info.at(t, std::make_shared<const runtime::host_terms>(), 3) == nullptr);
  }
}
