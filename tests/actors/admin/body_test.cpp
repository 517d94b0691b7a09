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

  TEST_CASE("parts and counts have bounds") {
    actors::body_reader body{R"({"a":0.5,"b":20,"c":1.5,"d":0,"e":9001,"f":10.5,"g":"1"})"};
    double a = 0, c = 0.1, d = 0.1;
    size_t b = 0, e = 1, f = 1, g = 1;
    body.fraction_member("a", a);
    body.count_member("b", b, 10, 9000);
    body.fraction_member("c", c);
    body.fraction_member("d", d);
    body.count_member("e", e, 10, 9000);
    body.count_member("f", f, 10, 9000);
    body.count_member("g", g, 10, 9000);
    const auto answer = std::move(body).refusal();
    REQUIRE(answer);
    CHECK(answer->body.find("\"/a\"") == std::string::npos);
    CHECK(answer->body.find("\"/b\"") == std::string::npos);
    for (const char* pointer : {"\"/c\"", "\"/d\"", "\"/e\"", "\"/f\"", "\"/g\""})
      CHECK(answer->body.find(pointer) != std::string::npos);
    CHECK(a == 0.5);
    CHECK(b == 20);
    CHECK(c == 0.1);
    CHECK(e == 1);
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
