#include "net/ilp/timestamp.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

TEST_SUITE("net/ilp/timestamp") {
  TEST_CASE("every vector reads strictly and writes back") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t run = 0;
    for (dom::element c : file.list("timestamps")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      const auto at = from_ilp_timestamp(text(c, "text"));
      if (has(c, "iso")) {
        REQUIRE(at);
        CHECK(*at == iso_time(text(c, "iso")));
        CHECK(to_ilp_timestamp(*at) == text(c, "text"));
      } else {
        CHECK_FALSE(at);
      }
      ++run;
    }
    CHECK(run == 13);
  }

  TEST_CASE("only seventeen digits of a moment that exists are a timestamp") {
    for (const auto* bad : {"", "2030010203040567", "203001020304056789", "20300102030405-78",
                            "20300002030405678", "20300100030405678", "20300431030405678",
                            "20300102036005678", "20300102030460678", " 0300102030405678"}) {
      CAPTURE(bad);
      CHECK_FALSE(from_ilp_timestamp(bad));
    }
    CHECK(from_ilp_timestamp("20000229000000000"));
    CHECK_FALSE(from_ilp_timestamp("19000229000000000"));
  }

  TEST_CASE("times that the form cannot hold become the nearest that it can") {
    CHECK(to_ilp_timestamp(utc_time{}) == "19700101000000001");
    CHECK(to_ilp_timestamp(utc_time::max()) == "99991231235959999");
    CHECK(to_ilp_timestamp(utc_time::min()) == "00000101000000000");
    CHECK(to_ilp_timestamp(utc_time{-1ms}) == "19691231235959999");
  }

  TEST_CASE("generalized time has three digits when written and none to three when read") {
    const auto second = iso_time("2030-01-02T03:04:05.000Z");
    CHECK(to_generalized_time(second + 678ms) == "20300102030405.678Z");
    CHECK(to_generalized_time(second) == "20300102030405.000Z");
    CHECK(*from_generalized_time("20300102030405Z") == second);
    CHECK(*from_generalized_time("20300102030405.6Z") == second + 600ms);
    CHECK(*from_generalized_time("20300102030405.67Z") == second + 670ms);
    CHECK(*from_generalized_time("20300102030405.678Z") == second + 678ms);
    for (const auto* bad : {"", "Z", "20300102030405", "20300102030405.Z", "20300102030405.6789Z",
                            "20300102030405,6Z", "20301302030405Z", "2030010203040xZ"}) {
      CAPTURE(bad);
      CHECK_FALSE(from_generalized_time(bad));
    }
  }
}

} // namespace codius::tests
