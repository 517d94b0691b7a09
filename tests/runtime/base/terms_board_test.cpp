#include "runtime/base/terms_board.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::runtime;
using namespace std::chrono_literals;

namespace {

constexpr utc_time start{1'700'000'000'000ms};

host_terms at_cost(uint64_t whole) {
  host_terms out;
  out.cost_per_month = {whole, 0};
  return out;
}

} // namespace

TEST_SUITE("runtime/base/terms_board") {
  TEST_CASE("D-40 a quote is honoured for a minute after the price went up") {
    terms_board board{at_cost(10)};
    board.change(at_cost(20), start);
    CHECK(board.current()->cost_per_month == decimal{20, 0});
    CHECK(board.cost_to_charge(start) == decimal{10, 0});
    CHECK(board.cost_to_charge(start + 60s) == decimal{10, 0});
    CHECK(board.cost_to_charge(start + 60'001ms) == decimal{20, 0});
  }

  TEST_CASE("a price that went down is charged at once") {
    terms_board board{at_cost(10)};
    board.change(at_cost(5), start);
    CHECK(board.cost_to_charge(start) == decimal{5, 0});
  }

  TEST_CASE("the least of several changes within a minute counts") {
    terms_board board{at_cost(10)};
    board.change(at_cost(3), start);
    board.change(at_cost(30), start + 10s);
    board.change(at_cost(40), start + 20s);
    CHECK(board.cost_to_charge(start + 21s) == decimal{3, 0});
    CHECK(board.cost_to_charge(start + 70s) == decimal{3, 0});
    CHECK(board.cost_to_charge(start + 71s) == decimal{30, 0});
    CHECK(board.cost_to_charge(start + 81s) == decimal{40, 0});
  }

  TEST_CASE("prices of different places compare exactly") {
    host_terms fine;
    fine.cost_per_month = {999'999'999'999'999'999, 17}; // a hair below 10
    terms_board board{at_cost(10)};
    board.change(fine, start);
    CHECK(board.cost_to_charge(start) == fine.cost_per_month);
    board.change(at_cost(10), start);
    CHECK(board.cost_to_charge(start) == fine.cost_per_month);
  }

  TEST_CASE("other terms change without touching the price") {
    terms_board board{at_cost(10)};
    auto next = *board.current();
    next.draining = true;
    const auto before = board.current();
    board.change(next, start);
    CHECK(board.current()->draining);
    CHECK_FALSE(before->draining); // a snapshot stays as it was
    CHECK(board.cost_to_charge(start + 1s) == decimal{10, 0});
  }
}
