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
      R"({"id":"root","state":"running","restarts":0,"children":[{"id":"keeper","restarts":2}]})");
    CHECK(ctl::tree_view(tree)
          == "ACTOR     STATE    RESTARTS\nroot      running  0\n  keeper  -        2\n");
  }

  TEST_CASE("an answer of another shape breaks nothing, and moves no cursor") {
    for (const char* text : {"null", "[]", "{}", R"({"pods":[1,null,{"hash":"\u001b[2J"}]})",
                             R"({"peers":{},"assets":3,"steps":[[]]})"}) {
      CAPTURE(text);
      const auto answer = *runtime::parse_json(text);
      for (auto* view : {ctl::status_view, ctl::pods_view, ctl::pod_view, ctl::earnings_view,
                         ctl::peers_view, ctl::tree_view, ctl::terms_view, ctl::self_test_view})
        CHECK(view(answer).find('\033') == std::string::npos);
    }
  }
}
