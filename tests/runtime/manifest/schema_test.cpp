#include "runtime/manifest/schema.hpp"
#include "tests/runtime/manifest/vectors.hpp"

using namespace codius::runtime;

TEST_SUITE("runtime/manifest/schema") {
  TEST_CASE("D-24 a port is a decimal number from 1 to 65535") {
    for (const char* good : {"1", "9", "80", "8080", "65535"}) {
      CAPTURE(good);
      CHECK(is_port_text(good));
    }
    for (const char* bad : {"", "0", "00", "080", " 80", "80 ", "+80", "-80", "8.0", "1e3", "0x50",
                            "65536", "99999", "100000", "abc", "８０"}) {
      CAPTURE(bad);
      CHECK_FALSE(is_port_text(bad));
    }
  }

  TEST_CASE("no more violations are collected than asked for") {
    const json request = *parse_json(R"({"a":1,"b":2,"manifest":{"containers":[1,2,3,4]}})");
    CHECK(check_schema(request, pod_request_schema).size() == 8);
    for (size_t max = 0; max < 10; ++max)
      CHECK(check_schema(request, pod_request_schema, max).size() == std::min<size_t>(max, 8));
  }

  TEST_CASE("an expectation is said in words") {
    const auto words = [](const char* text) {
      const auto found = check_schema(*parse_json(text), pod_request_schema);
      REQUIRE_FALSE(found.empty());
      return explain(found.back());
    };
    CHECK(words("[]") == "must be an object");
    CHECK(words("{}") == "is required");
    CHECK(words(R"({"manifest":{"name":"n","version":"v","containers":[]}})")
          == "must have at least 1 item");
    CHECK(words(R"({"manifest":{},"x":1})") == "is not a member of this object");
  }
}
