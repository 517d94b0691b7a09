#include "actors/http_ingress/api.hpp"

#include "net/http/uri.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/version.hpp"
#include "tests/support/peers_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> answer_into(actors::api& api, net::http_request req,
                                  std::optional<net::http_response>& out) {
  out = co_await api.answer(std::move(req));
}

struct routes_fixture : peers_fixture {
  std::unique_ptr<actors::api> api;

  routes_fixture() {
    deps.bootstrap = {"https://a.example.org", "https://b.example.org", "https://c.example.org"};
    start();
    actors::api_settings settings;
    settings.slow_lane = io.get_executor();
    settings.public_uri_text = "https://codius.example.com";
    settings.public_uri = *net::parse_http_uri(settings.public_uri_text);
    api = std::make_unique<actors::api>(sys, world.door(), settings);
  }

  net::http_response send(const std::string& method, const std::string& target,
                          net::http_fields fields = {}, std::string body = {},
                          std::string peer_ip = "192.0.2.7") {
    net::http_request req;
    req.method = method;
    req.target = target;
    const auto mark = target.find('?');
    req.path = target.substr(0, mark);
    if (mark != target.npos)
      req.query = *net::parse_query(std::string_view{target}.substr(mark + 1));
    req.fields = std::move(fields);
    req.body = std::move(body);
    req.peer_ip = std::move(peer_ip);
    std::optional<net::http_response> out;
    asio::co_spawn(io, answer_into(*api, std::move(req), out), asio::detached);
    run();
    REQUIRE(out);
    return *out;
  }
  net::http_response discover(std::string body, std::string ip = "192.0.2.7",
                              net::http_fields fields = {}) {
    return send("POST", "/peers/discover", std::move(fields), std::move(body), std::move(ip));
  }
};

/// A list without its order.
std::set<std::string> names(const runtime::json& body) {
  std::set<std::string> out;
  const auto* list = body.find("peers");
  REQUIRE(list);
  REQUIRE(list->array());
  for (const auto& one : *list->array())
    out.insert(*one.text());
  CHECK(out.size() == list->array()->size());
  return out;
}

runtime::json load(const std::string& name) {
  std::ifstream file{std::string{CODIUS_TEST_DATA} + "/host-api/" + name};
  std::stringstream text;
  text << file.rdbuf();
  auto out = runtime::parse_json(text.str());
  REQUIRE(out);
  return *out;
}

/// The recorded 400s and the like: our body has their three members with the same values.
void compare_refusal(const runtime::json& theirs, const runtime::json& ours) {
  for (const char* member : {"statusCode", "error", "message"}) {
    CAPTURE(member);
    REQUIRE(ours.find(member));
    CHECK(*ours.find(member) == *theirs.find(member));
  }
  CHECK(ours.find_text("code"));
}

void compare_peers(const std::string& id, const runtime::json& theirs, const runtime::json& ours) {
  const auto all = names(theirs);
  if (all.size() == 3)
    CHECK(names(ours) == all);
  else // a random few
    CHECK(names(ours).size() == all.size());
  if (id == "peers-default" || id.starts_with("discover"))
    CHECK(*ours.find("peers") == *theirs.find("peers")); // in the order of their arrival
  if (!id.starts_with("discover"))
    return;
  // The implementation names itself.
  CHECK(*ours.find_text("name") == "Codiusd (C++)");
  CHECK(*ours.find_text("version") == runtime::version);
}

} // namespace

TEST_SUITE("actors/http_ingress/peers_routes") {
  TEST_CASE_FIXTURE(routes_fixture, "the recorded exchanges about peers are answered as they were") {
    const auto document = load("02-info-and-peers.json");
    size_t cases = 0;
    for (const auto& one : *document.find("cases")->array()) {
      const auto id = *one.find_text("id");
      if (!id.starts_with("peers-") && !id.starts_with("discover-"))
        continue;
      // GET of what only POST knows was the page for people, as any unknown path.
      if (id == "discover-get")
        continue;
      CAPTURE(id);
      const auto& request = *one.find("request");
      net::http_fields fields;
      for (const auto& pair : *request.find("headers")->array())
        fields.add(*(*pair.array())[0].text(), *(*pair.array())[1].text());
      const auto* body = request.find_text("body");
      const auto got = send(*request.find_text("method"), *request.find_text("path"), fields,
                            body != nullptr ? *body : "");
      const auto& wanted = *one.find("response");
      CHECK(got.status == static_cast<unsigned>(*wanted.find("status")->number()));
      CHECK(got.fields.get("content-type") == "application/json; charset=utf-8");
      CHECK(got.fields.get("cache-control") == "no-cache");
      const auto ours = runtime::parse_json(got.body);
      const auto theirs = runtime::parse_json(*wanted.find_text("body"));
      REQUIRE(ours);
      REQUIRE(theirs);
      if (got.status == 200)
        compare_peers(id, *theirs, *ours);
      else
        compare_refusal(*theirs, *ours);
      ++cases;
    }
    CHECK(cases == 37);
  }

  TEST_CASE_FIXTURE(routes_fixture, "a limit is a whole number in any of the notations of old") {
    for (const char* right : {"1", "2", "1000", "1e2", "1E2", "%202%20", "2.0", "%2B2", "0.1e1", "02"}) {
      CAPTURE(right);
      CHECK(send("GET", "/peers?limit=" + std::string{right}).status == 200);
    }
    for (const char* wrong : {"0", "1001", "-1", "1.5", "", "%20", "0x10", "abc", "1e9", "nan", "inf",
                              "Infinity", "1_0", "1,0", "1e-1", "%2B%2B1", "1%202"}) {
      CAPTURE(wrong);
      const auto got = send("GET", "/peers?limit=" + std::string{wrong});
      CHECK(got.status == 400);
      CHECK(got.body.find(R"("errors":[{"parameter":"limit")") != got.body.npos);
    }
  }

  TEST_CASE_FIXTURE(routes_fixture, "a refusal says where the fault is") {
    const std::pair<const char*, const char*> rows[] = {
      {R"({"peers":["https://x.example",5]})", R"("pointer":"/peers/1")"},
      {R"({"peers":["",5]})", R"("pointer":"/peers/0")"},
      {R"({"peers":{}})", R"("pointer":"/peers")"},
      {R"({"peers":"[5]"})", R"("pointer":"/peers/0")"},
      {R"({"peers":"["})", R"("pointer":"/peers")"},
      {R"({"peers":[],"limit":[]})", R"("pointer":"/limit")"},
      {R"({"peers":[],"limit":1.5})", R"("pointer":"/limit")"},
      {R"({"peers":[],"limit":null})", R"("pointer":"/limit")"},
      {R"({"limit":5})", R"("pointer":"/peers")"},
      {R"({"peers":[],"more":1})", R"("pointer":"/more")"},
      {"7", R"("pointer":"")"},
    };
    for (const auto& [body, where] : rows) {
      CAPTURE(body);
      const auto got = discover(body);
      CHECK(got.status == 400);
      CHECK(got.body.find(where) != got.body.npos);
    }
    const auto deep = discover(std::string(5000, '[') + std::string(5000, ']'));
    CHECK(deep.status == 400);
  }

  TEST_CASE_FIXTURE(routes_fixture, "D-27 a mebibyte of names is answered at once and mostly passed over") {
    std::string body = R"({"peers":["https://h.h.example")";
    for (int i = 0; body.size() < 1'000'000; ++i)
      body += ",\"https://h" + std::to_string(i) + ".h" + std::to_string(i) + ".example\"";
    CHECK(discover(body + "]}").status == 200);
    CHECK(table().waiting == deps.rules.most_from_one);
    CHECK(asked.empty());
    asked.clear();
    rounds(1);
    CHECK(asked.size() <= deps.rules.newcomers + deps.rules.exchanges + 3);
  }

  TEST_CASE_FIXTURE(routes_fixture, "who offers is told apart behind the proxy of this machine, too") {
    const auto many = [](int from) {
      std::string body = R"({"peers":["https://x.x.example")";
      for (int i = from; i < from + 100; ++i)
        body += ",\"https://h" + std::to_string(i) + ".h" + std::to_string(i) + ".example\"";
      return body + "]}";
    };
    (void)discover(many(0), "192.0.2.1");
    (void)discover(many(100), "192.0.2.1");
    CHECK(table().waiting == 32);
    (void)discover(many(200), "127.0.0.1", {{"X-Forwarded-For", "192.0.2.1, 192.0.2.9"}});
    CHECK(table().waiting == 64);
    (void)discover(many(300), "127.0.0.1", {{"X-Forwarded-For", "1.2.3.4, 192.0.2.9"}});
    CHECK(table().waiting == 64); // the first in the list is the client's own word
    (void)discover(many(400), "192.0.2.1", {{"X-Forwarded-For", "192.0.2.77"}});
    CHECK(table().waiting == 64); // and so is all of it without a proxy
    (void)discover(many(500), "2001:db8:1:2::1");
    (void)discover(many(600), "2001:db8:1:2:ffff::2");
    CHECK(table().waiting == 96); // one network
  }

  TEST_CASE_FIXTURE(routes_fixture, "a host that has not passed its own test says so") {
    gossips = false;
    const auto got = discover(R"({"peers":[]})");
    CHECK(got.status == 403);
    CHECK(got.body.find("This host is misconfigured.") != got.body.npos);
    CHECK(send("GET", "/peers").status == 200);
  }

  TEST_CASE_FIXTURE(routes_fixture, "without its actor the route says so") {
    stop_peers();
    CHECK(send("GET", "/peers").status == 503);
    CHECK(discover(R"({"peers":[]})").status == 503);
    start_peers();
    CHECK(send("HEAD", "/peers").status == 200);
  }
}
