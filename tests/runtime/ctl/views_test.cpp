#include "runtime/ctl/events.hpp"
#include "runtime/ctl/views.hpp"

#include <doctest/doctest.h>

using namespace codius;
namespace ctl = runtime::ctl;

TEST_SUITE("runtime/ctl/views") {
  TEST_CASE("columns are as wide as their widest word, without blanks at the end") {
    CHECK(ctl::table({{"A", "LONG"}, {"word", "x"}}) == "A     LONG\nword  x\n");
  }

  TEST_CASE("amounts are shown in whole units") {
    const auto answer = *runtime::parse_json(
      R"({"assets":[{"assetCode":"XRP","assetScale":9,"received":"3000000","earned":"2283106","owed":"0","credit":"716894"}]})");
    CHECK(ctl::earnings_view(answer)
          == "ASSET  EARNED       RECEIVED  OWED  CREDIT\n"
             "XRP    0.002283106  0.003     0     0.000716894\n");
    CHECK(ctl::earnings_view(*runtime::parse_json(R"({"assets":[]})")) == "nothing was paid yet\n");
  }

  TEST_CASE("a tree is indented, and what is missing shows as -") {
    const auto tree = *runtime::parse_json(
      R"({"id":"root","state":"running","restarts":0,"children":[{"id":"keeper","restarts":2,"waiting":3}]})");
    CHECK(ctl::tree_view(tree)
          == "ACTOR     STATE    RESTARTS  WAITING\n"
             "root      running  0         -\n"
             "  keeper  -        2         3\n");
  }

  TEST_CASE("an event is one line, whoever made its words") {
    const auto event = *runtime::parse_json(
      R"({"seq":7,"at":"2026-01-02T03:04:05.678Z","kind":"pod.evicted","subject":"abc","detail":{"reason":"x\ny\u001b[2J","purchases":2}})");
    const auto line = ctl::event_line(event);
    CHECK(line.starts_with("7  2026-01-02T03:04:05.678Z  pod.evicted  abc  reason=x"));
    CHECK(line.ends_with("  purchases=2"));
    CHECK(line.find_first_of("\n\033") == line.npos);
  }

  TEST_CASE("what pods use is shown where it is known") {
    const auto pods = *runtime::parse_json(
      R"({"pods":[{"hash":"a","phase":"running","secondsLeft":60,"memoryBytes":536870912,"connections":1,)"
      R"("paid":[{"amount":"1500000000","assetCode":"XRP","assetScale":9}],)"
      R"("usage":{"memoryBytes":13631488,"cpuSeconds":3.25,"tasks":7}},)"
      R"({"hash":"b","phase":"starting","secondsLeft":60,"memoryBytes":536870912,"connections":0,"usage":null}]})");
    const auto text = ctl::pods_view(pods);
    CHECK(text.find("1.5 XRP  13 of 512 MiB  3.2 s     7      1") != text.npos);
    CHECK(text.find("-        512 MiB        -         -      0") != text.npos);
  }

  TEST_CASE("a reload says what it changed, and what has to wait") {
    const auto answer = *runtime::parse_json(
      R"({"changes":[{"setting":"port","from":"1","to":"2","applied":"restart"},)"
      R"({"setting":"known_peers","from":"3","to":"4","applied":"now"}],"warnings":["w"]})");
    const auto text = ctl::reload_view(answer);
    CHECK(text.find("port         1     2   needs a restart\n") != text.npos);
    CHECK(text.find("known_peers  3     4   changed\n") != text.npos);
    CHECK(text.ends_with("warning: w\n"));
    CHECK(ctl::reload_view({}) == "nothing is different\n");
  }

  TEST_CASE("an answer of another shape breaks nothing, and moves no cursor") {
    for (const char* text : {"null", "[]", "{}", R"({"pods":[1,null,{"hash":"\u001b[2J"}]})",
                             R"({"peers":{},"assets":3,"steps":[[]]})"}) {
      CAPTURE(text);
      const auto answer = *runtime::parse_json(text);
      for (auto* view : {ctl::status_view, ctl::pods_view, ctl::pod_view, ctl::earnings_view,
                         ctl::peers_view, ctl::tree_view, ctl::terms_view, ctl::self_test_view,
                         ctl::events_view, ctl::evicted_view, ctl::reload_view})
        CHECK(view(answer).find('\033') == std::string::npos);
    }
  }
}
