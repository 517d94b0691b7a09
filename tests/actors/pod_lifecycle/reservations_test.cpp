#include "actors/pod_lifecycle/reservations.hpp"

#include "tests/support/offers.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::tests;

TEST_SUITE("actors/pod_lifecycle/reservations") {
  TEST_CASE("memory is promised up to the last octet, and not beyond") {
    actors::reservations r{200};
    CHECK(r.reserve(id_of('a'), 100));
    CHECK(r.reserve(id_of('b'), 100));
    CHECK_FALSE(r.reserve(id_of('c'), 1));
    r.release(id_of('a'));
    CHECK(r.reserve(id_of('c'), 100));
    CHECK(r.used_bytes() == 200);
  }

  TEST_CASE("several purchases of one pod count once") {
    actors::reservations r{100};
    CHECK(r.reserve(id_of('a'), 100));
    CHECK(r.reserve(id_of('a'), 100));
    r.release(id_of('a'));
    CHECK(r.used_bytes() == 100);
    r.release(id_of('a'));
    CHECK(r.used_bytes() == 0);
  }

  TEST_CASE("a pod holds its memory itself, in whatever order things happen") {
    actors::reservations r{100};
    CHECK(r.reserve(id_of('a'), 100));
    r.pod_added(id_of('a'), 100);
    r.pod_added(id_of('a'), 100);
    CHECK(r.used_bytes() == 100);
    SUBCASE("the purchase ends first") {
      r.release(id_of('a'));
      CHECK(r.used_bytes() == 100);
      r.pod_removed(id_of('a'));
    }
    SUBCASE("the pod ends first") {
      r.pod_removed(id_of('a'));
      CHECK(r.used_bytes() == 100);
      r.release(id_of('a'));
    }
    SUBCASE("it is bought once more meanwhile") {
      CHECK(r.reserve(id_of('a'), 100));
      r.release(id_of('a'));
      r.release(id_of('a'));
      r.pod_removed(id_of('a'));
    }
    CHECK(r.used_bytes() == 0);
  }

  TEST_CASE("releasing what is not held changes nothing") {
    actors::reservations r{100};
    r.release(id_of('a'));
    r.pod_removed(id_of('a'));
    CHECK(r.used_bytes() == 0);
    CHECK_FALSE(r.reserve(id_of('a'), UINT64_MAX));
  }
}
