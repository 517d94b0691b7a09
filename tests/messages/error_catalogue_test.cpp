#include "messages/error_catalogue.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace codius;

TEST_SUITE("messages/error_catalogue") {
  TEST_CASE("every code has a name, a sentence and a hint of its own") {
    std::set<std::string_view> names;
    for (const auto& one : error_catalogue()) {
      CAPTURE(one.name);
      CHECK(names.insert(one.name).second);
      CHECK(to_string(one.code) == one.name);
      CHECK(&meaning_of(one.code) == &one);
      CHECK(find_meaning(one.name) == &one);
      CHECK(one.statuses[0] >= 400);
      CHECK(one.sentence.ends_with('.'));
      CHECK(one.hint.ends_with('.'));
      CHECK(std::string{to_string(one.money)}.ends_with('.'));
    }
  }

  TEST_CASE("what is no code is told from all of them") {
    for (const int code : {0, static_cast<int>(error_catalogue().size()) + 1, 255})
      CHECK(std::string{to_string(static_cast<errc>(code))} == "?");
    CHECK(find_meaning("?") == nullptr);
    CHECK(find_meaning("") == nullptr);
  }

  TEST_CASE("every code of the Interledger says what it means for the money") {
    for (const char* code : {"F00",           "F01",
                             "F02",           "F03",
                             "F04",           "F05",
                             "F06",           "F07",
                             "F08",           "F99",
                             "T00",           "T01",
                             "T02",           "T03",
                             "T04",           "T05",
                             "T99",           "R00",
                             "R01",           "R02",
                             "R99",           "uplink_unreachable",
                             "uplink_silent", "uplink_refused",
                             "uplink_closed", "uplink_unconfigured"}) {
      CAPTURE(code);
      const auto* one = find_payment_fault(code);
      REQUIRE(one);
      CHECK(one->code == code);
      CHECK(!one->name.empty());
      for (const auto text : {one->sentence, one->money, one->hint})
        CHECK(text.ends_with('.'));
      if (one->code.size() == 3)
        CHECK(one->is_temporary == (one->code[0] != 'F'));
    }
  }

  TEST_CASE("only a packet that nobody answered may have moved money") {
    for (const auto& one : payment_faults())
      CHECK((one.money.starts_with("Not known") == (one.code == "R00")));
  }

  TEST_CASE("a code that the list does not have is known by its first letter") {
    REQUIRE(find_payment_fault("F42"));
    CHECK(!find_payment_fault("F42")->is_temporary);
    REQUIRE(find_payment_fault("T42"));
    CHECK(find_payment_fault("T42")->is_temporary);
    for (const char* none : {"", "F", "X00", "F0x", "F000", "invalid"})
      CHECK(find_payment_fault(none) == nullptr);
  }
}
