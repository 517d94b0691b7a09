#include "runtime/client/price.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::client;

namespace {

const asset xrp{"XRP", 9};
const asset drops{"XRP", 6};

} // namespace

TEST_SUITE("runtime/client/price") {
  TEST_CASE("a limit is smallest units, or an amount with its asset") {
    CHECK(*parse_price_limit("2500000") == price_limit{uint64_t{2'500'000}});
    CHECK(*parse_price_limit("0") == price_limit{uint64_t{0}});
    CHECK(*parse_price_limit("9223372036854775807") == price_limit{max_amount});
    CHECK(*parse_price_limit("0.01XRP") == price_limit{whole_amount{{1, 2}, "XRP"}});
    CHECK(*parse_price_limit("12 EUR") == price_limit{whole_amount{{12, 0}, "EUR"}});
    for (const std::string bad :
         {"", "-1", "+1", "0.01", "1e9", "NaN", "XRP", "9223372036854775808",
          "18446744073709551616", "1.XRP", "0.01  XRP", "1XRP!", "0x10", "1,5XRP", "$5", " 5"}) {
      CAPTURE(bad);
      CHECK(!parse_price_limit(bad));
    }
  }

  TEST_CASE("a limit is counted in the payer's units, rounded down") {
    const auto units = [](const char* text, const asset& payer) {
      return limit_in_units(*parse_price_limit(text), payer);
    };
    CHECK(*units("42", xrp) == 42);
    CHECK(*units("0.01XRP", xrp) == 10'000'000);
    CHECK(*units("0.0000000019XRP", xrp) == 1);
    CHECK(*units("5XRP", {"XRP", 0}) == 5);
    CHECK(units("5EUR", xrp).error().detail
          == "--max-price is in EUR, but your ledger account is in XRP");
    CHECK(!units("99999999999XRP", xrp));
    CHECK(!units("1XRP", {"XRP", 255}));
    CHECK(*units("0XRP", {"XRP", 255}) == 0);
  }

  TEST_CASE("amounts are shown whole and in units") {
    CHECK(show_amount(2283106, xrp) == "0.002283106 XRP (2283106 units)");
    CHECK(show_amount(1, xrp) == "0.000000001 XRP (1 unit)");
    CHECK(show_amount(5, {"CHIPS", 0}) == "5 CHIPS");
    CHECK(show_amount(5, {"\x1b[2J", 0}) == "5 ?[2J");
  }

  TEST_CASE("only an amount is a price") {
    struct row {
      const char* json;
      std::optional<uint64_t> price;
    };
    const row rows[] = {
      {R"("2283106")", 2283106},
      {R"("0")", 0},
      {"5", 5},
      {R"("9223372036854775807")", max_amount},
      {R"("9223372036854775808")", {}},
      {R"("18446744073709551616")", {}},
      {R"("-1")", {}},
      {"-1", {}},
      {"1.5", {}},
      {R"("1.5")", {}},
      {R"("NaN")", {}},
      {R"("Infinity")", {}},
      {"1e300", {}},
      {"1e999", {}},
      {R"("1e3")", {}},
      {R"("")", {}},
      {R"(" 5")", {}},
      {"null", {}},
      {"[1]", {}},
      {"true", {}},
      {"9007199254740994", {}},
    };
    for (const auto& r : rows) {
      CAPTURE(r.json);
      const auto got = parse_price(*runtime::parse_json(r.json));
      CHECK(static_cast<bool>(got) == r.price.has_value());
      if (got && r.price)
        CHECK(*got == *r.price);
    }
    CHECK(parse_price(*runtime::parse_json(R"("NaN")")).error().detail
          == "the host asks an impossible price: \"NaN\"");
  }

  TEST_CASE("the margin is 1 %, rounded up, and stays countable") {
    CHECK(with_margin(0) == 0);
    CHECK(with_margin(1) == 2);
    CHECK(with_margin(100) == 101);
    CHECK(with_margin(101) == 103);
    CHECK(with_margin(max_amount) == max_amount);
  }

  TEST_CASE("the same money at another scale is exact, rounded up") {
    CHECK(same_money(2283106, xrp, xrp) == 2283106);
    CHECK(same_money(2283106, xrp, drops) == 2284);
    CHECK(same_money(2284, drops, xrp) == 2'284'000);
    CHECK(!same_money(5, xrp, {"EUR", 9}));
    CHECK(!same_money(max_amount, drops, xrp));
  }

  TEST_CASE("what a price costs follows the rate of the way") {
    CHECK(cost_of(1000, {1, 1}) == 1000);
    CHECK(cost_of(1000, {1, 3}) == 3000);
    CHECK(cost_of(1000, {3, 1}) == 334);
    CHECK(cost_of(0, {0, 1}) == 0);
    CHECK(cost_of(1, {0, 1}) == ~uint64_t{0});
    CHECK(budget_for(1000, {1'000'000, 1'000'000}) == 1000);
    CHECK(budget_for(1000, {1, 3}) == 3030);
  }
}
