#include "actors/admin/body.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace std::chrono_literals;

TEST_SUITE("actors/admin/body") {
  TEST_CASE("members are read into their places") {
    actors::body_reader body{R"({"a":"12.5","b":60,"c":true,"d":"x","e":0.5})"};
    decimal a, e;
    std::chrono::seconds b{1};
    bool c = false;
    std::string d;
    body.decimal_member("a", a);
    body.decimal_member("e", e);
    body.seconds_member("b", b);
    body.bool_member("c", c);
    body.text_member("d", d);
    CHECK_FALSE(std::move(body).refusal());
    CHECK(to_string(a) == "12.5");
    CHECK(to_string(e) == "0.5");
    CHECK(b == 60s);
    CHECK(c);
    CHECK(d == "x");
  }

  TEST_CASE("all that is wrong is told, and no place is touched") {
    actors::body_reader body{R"({"a":-1,"b":0,"c":1,"x":2})"};
    decimal a{7, 0};
    std::chrono::seconds b{5};
    bool c = false;
    std::string d;
    body.decimal_member("a", a);
    body.seconds_member("b", b);
    body.bool_member("c", c);
    body.text_member("d", d);
    const auto answer = std::move(body).refusal();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    for (const char* pointer : {"\"/a\"", "\"/b\"", "\"/c\"", "\"/d\"", "\"/x\""}) {
      CAPTURE(pointer);
      CHECK(answer->body.find(pointer) != std::string::npos);
    }
    CHECK(a == decimal{7, 0});
    CHECK(b == 5s);
  }

  TEST_CASE("numbers that a price or a time cannot be") {
    for (const char* text : {R"({"a":1e400})", R"({"a":"1e3"})", R"({"a":null})", R"({"a":[]})",
                             R"({"b":1.5})", R"({"b":"60"})", R"({"b":315360001})", R"({"b":1e300})",
                             "[]", "null", "1", "", "{", "\"x\""}) {
      CAPTURE(text);
      actors::body_reader body{text};
      decimal a;
      std::chrono::seconds b{1};
      body.decimal_member("a", a);
      body.seconds_member("b", b);
      const auto answer = std::move(body).refusal();
      REQUIRE(answer);
      CHECK(answer->status == 400);
    }
  }
}
