#include "actors/admin/sums.hpp"

#include <doctest/doctest.h>

using namespace codius;

TEST_SUITE("actors/admin/sums") {
  TEST_CASE("amounts of all scales of one code are added up exactly") {
    actors::sums s;
    s.add({"XRP", 9}, 2283106);
    s.add({"USD", 2}, 150);
    s.add({"XRP", 6}, 1500000);
    using line = std::pair<std::string, std::string>;
    CHECK(s.by_code() == std::vector<line>{{"XRP", "1.502283106"}, {"USD", "1.5"}});
  }

  TEST_CASE("D-25 a code may have any characters, and an amount of nothing shows as 0") {
    actors::sums s;
    s.add({"a:b", 9}, 0);
    CHECK(s.by_code().front() == std::pair<std::string, std::string>{"a:b", "0"});
  }

  TEST_CASE("sums of scales far apart do not overflow") {
    actors::sums s;
    s.add({"X", 0}, UINT64_MAX);
    s.add({"X", 18}, 1);
    s.add({"X", 18}, 999'999'999'999'999'999);
    CHECK(s.by_code().front().second == "18446744073709551616");
    s.add({"X", 255}, 1);
    CHECK(s.by_code().front().second == "18446744073709551616." + std::string(254, '0') + "1");
  }
}
