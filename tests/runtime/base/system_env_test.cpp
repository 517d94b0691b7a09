#include "runtime/base/system_env.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace codius;

TEST_SUITE("runtime/base/system_env") {
  TEST_CASE("time passes 2020 and does not run backwards") {
    const auto world = runtime::system_env();
    const auto first = world.utc_now();
    CHECK(first > utc_time{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}});
    CHECK(world.utc_now() >= first);
  }

  TEST_CASE("random bytes fill any length and do not repeat") {
    const auto world = runtime::system_env();
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
      std::array<std::byte, 16> bytes{};
      world.random_bytes(bytes);
      seen.insert(to_hex(bytes));
    }
    CHECK(seen.size() == 100);
    byte_buffer large(100'000);
    world.random_bytes(large);
    const std::set<std::byte> values{large.end() - 1000, large.end()};
    CHECK(values.size() > 100); // the far end was filled, too
    world.random_bytes({});
  }

  TEST_CASE("small and large pieces, taken in turn, never repeat") {
    const auto world = runtime::system_env();
    std::set<std::string> seen;
    for (size_t i = 0; i < 400; ++i) {
      byte_buffer piece(8 + i * 7 % 600);
      world.random_bytes(piece);
      CHECK(seen.insert(to_hex(std::span{piece}.first(8))).second);
      CHECK(seen.insert(to_hex(std::span{piece}.last(8))).second == (piece.size() > 8));
    }
  }
}
