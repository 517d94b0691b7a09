#include "tests/runtime/base/config_fixture.hpp"

using namespace codius;
using namespace codius::tests;

namespace {

const runtime::environment real{{"CODIUS_PUBLIC_URI", "https://h.example"}};

} // namespace

TEST_SUITE("runtime/base/config_rules") {
  TEST_CASE("combinations that cannot work are refused") {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
      {{"--port", "0"}, "port is 0"},
      {{"--public-uri", "https://h.example/path"}, "public_uri is"},
      {{"--public-uri", "https://h.example?x"}, "public_uri is"},
      {{"--public-uri", "https://h.example/#x"}, "public_uri is"},
      {{"--public-uri", "https://u:p@h.example"}, "public_uri is \"https://***@h.example\""},
      {{"--public-uri", "u:p@h.example"}, "public_uri is \"***@h.example\""},
      {{"--public-uri", "https://h_x.example"}, "public_uri is"},
      {{"--public-uri", "https://-h.example"}, "public_uri is"},
      {{"--public-uri", "https://h..example"}, "public_uri is"},
      {{"--public-uri", "https://h.example:0"}, "public_uri is"},
      {{"--public-uri", "https://" + std::string(64, 'a') + ".example"}, "public_uri is"},
      {{"--public-uri", "https://203.0.113.7"}, "an address cannot carry"},
      {{"--public-uri", "https://[2001:db8::1]"}, "an address cannot carry"},
      {{"--min-duration", "10", "--max-duration", "9"}, "min_duration must not be the larger"},
      {{"--root", "/x", "--run-dir", "/x/"}, "must be different"},
      {{"--ilp-listen", "127.0.0.1:3000"}, "both want port 3000"},
      {{"--ilp-listen", "0.0.0.0:3000"}, "both want port 3000"},
    };
    for (const auto& [arguments, expected] : rows) {
      CAPTURE(expected);
      const auto why = complaint(load(arguments, real));
      CHECK(why.find(expected) != std::string::npos);
      CHECK(why.find("u:p") == std::string::npos);
    }
  }

  TEST_CASE("what works but surprises gives one warning") {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
      {{"--public-uri", "http://h.example"}, "public_uri is http"},
      {{"--dev", "--public-uri", "http://127.0.0.1:3000"}, "an address cannot carry"},
      {{"--ilp-listen", "0.0.0.0:7768"}, "lets other machines"},
      {{"--asset-scale", "6"}, "asset_scale has no effect with an uplink"},
    };
    for (const auto& [arguments, expected] : rows) {
      CAPTURE(expected);
      const auto c = load(arguments, real);
      REQUIRE(complaint(c) == "");
      REQUIRE(c->warnings.size() == 1);
      CHECK(c->warnings[0].find(expected) != std::string::npos);
    }
  }
}
