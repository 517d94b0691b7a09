#include "actors/http_ingress/errors_page.hpp"
#include "actors/http_ingress/openapi.hpp"
#include "actors/http_ingress/routes.hpp"
#include "runtime/base/version.hpp"
#include "tests/actors/http_ingress/api_fixture.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>

using namespace codius;
using namespace codius::tests;

namespace {

runtime::json description() {
  auto all = runtime::parse_json(actors::openapi_text());
  REQUIRE(all);
  return *std::move(all);
}

/// "/pods/{hash}/logs" as the table of routes writes it.
std::string as_route(std::string path) {
  for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 2))
    path.replace(at, path.find('}', at) - at + 1, "{}");
  return path;
}

} // namespace

TEST_SUITE("actors/http_ingress/errors_routes") {
  TEST_CASE_FIXTURE(api_fixture, "the catalogue is told to programs, and to people as a page") {
    start_api();
    const auto all = http("GET", "/errors");
    CHECK(all.status == 200);
    const auto body = runtime::parse_json(all.body);
    REQUIRE(body);
    CHECK(body->find("errors")->array()->size() == error_catalogue().size());
    CHECK(body->find("payments")->array()->size() == payment_faults().size());
    const auto page = http("GET", "/errors", {{"Accept", "text/html,*/*;q=0.8"}});
    CHECK(page.fields.get("content-type") == "text/html; charset=utf-8");
    for (const auto& one : error_catalogue())
      CHECK(page.body.find("id=\"" + std::string{one.name} + "\"") != std::string::npos);
  }

  TEST_CASE_FIXTURE(api_fixture, "one code can be looked up, of this host or of the Interledger") {
    start_api();
    CHECK(http("GET", "/errors/no_capacity").body.find("The host is full.") != std::string::npos);
    CHECK(http("GET", "/errors/F02").body.find("Unreachable") != std::string::npos);
    const auto none = http("GET", "/errors/nonsense");
    CHECK(none.status == 404);
    CHECK(none.body.find("\"code\":\"not_found\"") != std::string::npos);
  }

  TEST_CASE("deploy/errors.md is made of the catalogue") {
    std::ifstream file{std::string{CODIUS_TEST_DATA} + "/../../deploy/errors.md"};
    std::stringstream text;
    text << file.rdbuf();
    CHECK_MESSAGE(text.str() == actors::error_catalogue_markdown(),
                  "make it anew: codiusd errors > deploy/errors.md");
  }

  TEST_CASE("openapi.json describes the routes that there are, and no others") {
    const auto all = description();
    std::set<std::string> described;
    for (const auto& [path, methods] : *all.find("paths")->object())
      for (const auto& [method, operation] : *methods.object())
        described.insert(method + " " + as_route(path));
    std::set<std::string> there;
    for (const auto& route : actors::api_routes()) {
      std::string method{route.method};
      for (char& c : method)
        c = static_cast<char>(c + ('a' - 'A'));
      there.insert(method + " " + std::string{route.path});
    }
    CHECK(described == there);
  }

  TEST_CASE("openapi.json knows every code and the program's version") {
    const auto all = description();
    const auto& codes
      = *all.find("components")->find("schemas")->find("ErrorCode")->find("enum")->array();
    REQUIRE(codes.size() == error_catalogue().size());
    for (size_t i = 0; i < codes.size(); ++i)
      CHECK(*codes[i].text() == error_catalogue()[i].name);
    CHECK(*all.find("info")->find_text("version") == runtime::version);
  }
}
