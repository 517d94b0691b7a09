#include "actors/http_ingress/routes.hpp"
#include "actors/self_test/gate.hpp"
#include "runtime/base/json.hpp"
#include "tests/support/fake_world.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;
using phase = self_test_phase;

namespace {

self_test_report failed_at(self_test_step step, utc_time now) {
  self_test_report out;
  out.phase = phase::failed;
  out.why = "the step failed: why";
  out.next_run = now + 60s;
  for (const auto s : all_self_test_steps)
    out.lines.push_back({s, s < step ? phase::passed : phase::waiting, 1, now, 0ms, {}});
  out.lines[static_cast<size_t>(step)].phase = phase::failed;
  return out;
}

net::http_request with(std::vector<std::string> authorizations) {
  net::http_request out;
  out.method = "POST";
  for (auto& a : authorizations)
    out.fields.add("Authorization", std::move(a));
  return out;
}

bool truth(const runtime::json& stats, const char* member) {
  const auto* value = stats.find(member);
  REQUIRE(value);
  return dump(*value) == "true";
}

} // namespace

TEST_SUITE("actors/self_test/gate") {
  TEST_CASE("a closed gate answers with the original's members beside ours") {
    fake_world world;
    actors::self_test_gate gate{world.door()};
    auto answer = gate.refusal({}, *world.now);
    REQUIRE(answer);
    CHECK(answer->status == 503);
    auto body = runtime::parse_json(answer->body);
    REQUIRE(body);
    CHECK(*body->find_text("message") == "Self Test Running");
    CHECK(*body->find_text("error") == "Service Unavailable");
    CHECK(*body->find_text("code") == "self_test_pending");
    CHECK(truth(*body->find("stats"), "running"));
    CHECK(answer->fields.get("retry-after") == "10");

    gate.tell(failed_at(self_test_step::websocket, *world.now));
    answer = gate.refusal({}, *world.now);
    REQUIRE(answer);
    body = runtime::parse_json(answer->body);
    CHECK(*body->find_text("message") == "Self Test Failed");
    CHECK(*body->find_text("reason") == "the step failed: why");
    const auto& stats = *body->find("stats");
    CHECK_FALSE(truth(stats, "running"));
    CHECK(truth(stats, "uploadSuccess"));
    CHECK(truth(stats, "httpSuccess"));
    CHECK_FALSE(truth(stats, "wsSuccess"));
    CHECK_FALSE(truth(stats, "selfTestSuccess"));
    CHECK(answer->fields.get("retry-after") == "70");
  }

  TEST_CASE("D-38 only Bearer and the whole token lets the test's own requests pass") {
    fake_world world;
    const actors::self_test_gate gate{world.door()};
    const auto own = gate.credentials();
    const auto token = own.substr(7);
    REQUIRE(own.starts_with("Bearer "));
    REQUIRE(token.size() == 64);
    CHECK_FALSE(gate.refusal(with({own}), *world.now));
    CHECK_FALSE(gate.refusal(with({"bearer " + token}), *world.now));
    auto wrong = token;
    wrong.back() = wrong.back() == '0' ? '1' : '0';
    auto upper = token;
    for (auto& c : upper)
      c = static_cast<char>(std::toupper(c));
    const std::vector<std::string> wrong_ones{"",
                                              token,
                                              "Basic " + token,
                                              "Bearer",
                                              "Bearer ",
                                              "Bearer " + wrong,
                                              "Bearer " + token.substr(0, 63),
                                              "Bearer " + token + "0",
                                              "Bearer " + token + " x",
                                              "Bearer  " + token,
                                              "Bearer " + upper,
                                              "x Bearer " + token,
                                              "Bearer\t" + token};
    for (const auto& text : wrong_ones) {
      CAPTURE(text);
      CHECK(gate.refusal(with({text}), *world.now));
    }
    CHECK(gate.refusal(with({own, own}), *world.now));
    CHECK(gate.refusal(with({}), *world.now));
  }

  TEST_CASE("two processes have different tokens") {
    fake_world world;
    CHECK(actors::self_test_gate{world.door()}.credentials()
          != actors::self_test_gate{world.door()}.credentials());
  }

  TEST_CASE("D-31 uploads and gossip are gated, and nothing else is") {
    for (const auto& route : actors::api_routes()) {
      CAPTURE(route.method);
      CAPTURE(route.path);
      const bool upload = route.method == "POST" && route.path == "/pods";
      const bool gossip = route.method == "POST" && route.path == "/peers/discover";
      CHECK(route.gated == (upload || gossip));
    }
  }

  TEST_CASE("each recorded refusal of an upload has an equal one here") {
    fake_world world;
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    REQUIRE(!parser.load(std::string{CODIUS_TEST_DATA} + "/host-api/01-self-test-gate.json")
               .get(document));
    size_t compared = 0;
    for (simdjson::dom::element one : document["cases"].get_array()) {
      const auto status = uint64_t{one["response"]["status"].get_uint64()};
      simdjson::dom::element theirs;
      if (status != 503 || one["response"]["json"].get(theirs) || theirs["stats"].error())
        continue;
      actors::self_test_gate gate{world.door()};
      const bool running = theirs["stats"]["running"].get_bool();
      if (!running) {
        const bool uploaded = theirs["stats"]["uploadSuccess"].get_bool();
        const bool read = theirs["stats"]["httpSuccess"].get_bool();
        gate.tell(failed_at(!uploaded ? self_test_step::upload
                            : !read   ? self_test_step::http
                                      : self_test_step::websocket,
                            *world.now));
      }
      const auto answer = gate.refusal({}, *world.now);
      REQUIRE(answer);
      const auto ours = runtime::parse_json(answer->body);
      REQUIRE(ours);
      CHECK(*ours->find_text("message") == std::string_view{theirs["message"].get_string()});
      for (auto [name, value] : theirs["stats"].get_object())
        CHECK(truth(*ours->find("stats"), std::string{name}.c_str()) == bool{value.get_bool()});
      ++compared;
    }
    CHECK(compared >= 10);
  }
}
