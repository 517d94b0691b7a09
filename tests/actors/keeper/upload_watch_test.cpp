#include "actors/keeper/upload_watch.hpp"

#include <doctest/doctest.h>

using namespace codius;
using codius::actors::upload_watch;

TEST_SUITE("actors/keeper/upload_watch") {
  TEST_CASE("who follows a record hears of it, and of no other, until the place is given back") {
    const auto watch = std::make_shared<upload_watch>();
    int a = 0, b = 0;
    auto first = *watch->follow("a");
    watch->ring("a"); // nobody to wake yet
    first->on_news([&] { ++a; });
    auto second = *watch->follow("b");
    second->on_news([&] { ++b; });
    watch->ring("a");
    watch->ring("nobody's");
    CHECK(a == 1);
    CHECK(b == 0);
    watch->ring_all();
    CHECK(a == 2);
    CHECK(b == 1);
    first.reset();
    watch->ring("a");
    watch->ring_all();
    CHECK(a == 2);
    CHECK(watch->followers() == 1);
  }

  TEST_CASE("places are bounded, for one record and for all") {
    const auto watch = std::make_shared<upload_watch>(upload_watch::limits{2, 3});
    auto one = *watch->follow("a");
    auto two = *watch->follow("a");
    CHECK(watch->follow("a").error().code == errc::busy);
    auto three = *watch->follow("b");
    CHECK(watch->follow("c").error().code == errc::no_capacity);
    one.reset();
    CHECK(watch->follow("a"));
    CHECK(watch->followers() == 2);
  }

  TEST_CASE("a place may outlive all who made it") {
    auto watch = std::make_shared<upload_watch>();
    auto place = *watch->follow("a");
    watch.reset();
    place->on_news([] {});
    place.reset();
  }
}
