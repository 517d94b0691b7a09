#include "actors/http_ingress/routes.hpp"
#include "net/ilp/condition.hpp"
#include "tests/actors/http_ingress/api_fixture.hpp"

#include <zlib.h>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

std::string gzip(const std::string& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

/// The text between two others.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto start = text.find(from);
  REQUIRE(start != text.npos);
  const auto end = text.find(to, start + from.size());
  REQUIRE(end != text.npos);
  return text.substr(start + from.size(), end - start - from.size());
}

std::string sample_path(std::string_view pattern) {
  std::string out{pattern};
  for (auto at = out.find("{}"); at != out.npos; at = out.find("{}"))
    out.replace(at, 2, "x");
  return out;
}

} // namespace

TEST_SUITE("actors/http_ingress/web_pages") {
  TEST_CASE_FIXTURE(running_api, "what is not in the table is 404 in the shape of all errors") {
    check_error(http("GET", "/no/such/page"), 404, "not_found");
    check_error(http("POST", "/info"), 404, "not_found");
    check_error(http("DELETE", "/pods"), 404, "not_found");
    check_error(http("OPTIONS", "/nowhere"), 404, "not_found");
    check_error(http("OPTIONS", "/nowhere", {{"Access-Control-Request-Method", "GET"}}), 404,
                "not_found");
  }

  TEST_CASE_FIXTURE(running_api, "every route answers a preflight, and tells its methods") {
    for (const auto& route : actors::api_routes()) {
      const auto path = sample_path(route.path);
      CAPTURE(path);
      const auto got = http("OPTIONS", path,
                            {{"Origin", "https://page.example"},
                             {"Access-Control-Request-Method", std::string{route.method}},
                             {"Access-Control-Request-Headers", "pay-token"}});
      CHECK(got.status == 204);
      CHECK(got.body.empty());
      CHECK(got.fields.get("access-control-allow-origin") == "*");
      CHECK(got.fields.has_element("access-control-allow-methods", route.method));
      CHECK(got.fields.has_element("access-control-allow-headers", "Pay-Token"));
      CHECK(got.fields.has_element("access-control-allow-headers", "Content-Type"));
      if (route.method == "GET")
        CHECK(got.fields.has_element("allow", "HEAD"));
    }
    CHECK(http("OPTIONS", "/info").status == 204); // asks what may be done there
  }

  TEST_CASE_FIXTURE(running_api, "a quote is told from a preflight, and pages may read all of it") {
    const auto quote = http("OPTIONS", "/pods?duration=600", {{"Origin", "https://page.example"}},
                            manifest("web"));
    CHECK(quote.status == 200);
    CHECK(text_of(quote, "price") == std::to_string(price_of_600s));
    CHECK(quote.fields.get("access-control-allow-origin") == "*");
    for (const char* field : {"Pay", "Location", "X-Request-Id", "Preference-Applied"})
      CHECK(quote.fields.has_element("access-control-expose-headers", field));
  }

  TEST_CASE_FIXTURE(running_api, "HEAD wherever GET is, with the same status") {
    for (const auto& route : actors::api_routes())
      if (route.method == "GET") {
        const auto path = sample_path(route.path);
        CAPTURE(path);
        CHECK(http("HEAD", path).status == http("GET", path).status);
      }
  }

  TEST_CASE_FIXTURE(running_api, "D-29 free memory is in octets, and shrinks with each pod") {
    const auto free = [this] { return *body_of(http("GET", "/memory")).find("freeMem")->number(); };
    CHECK(free() == static_cast<double>(sellable));
    CHECK(upload_paid(1, "web").status == 200);
    CHECK(free() == static_cast<double>(sellable - machine_size{}.memory_bytes));
    CHECK(*body_of(http("GET", "/info")).find("serverFreeMemory")->number() == free());
  }

  TEST_CASE_FIXTURE(running_api, "the page for a person has the ids of old, and loads nothing") {
    const auto page = http("GET", "/");
    CHECK(page.status == 200);
    CHECK(page.fields.get("content-type") == "text/html; charset=utf-8");
    for (const char* id : {"header", "uri", "numPeers", "serverUptime", "serviceUptime", "avgLoad",
                           "currency", "costPerMonth", "memory", "fullMem"}) {
      CAPTURE(id);
      CHECK(page.body.find("id=\"" + std::string{id} + "\"") != page.body.npos);
    }
    CHECK(between(page.body, "id=\"uri\">", "<") == public_uri);
    CHECK(between(page.body, "id=\"costPerMonth\">", "<") == "10 XRP");
    CHECK(between(page.body, "id=\"memory\">", "<") == "2.147 gigabytes");
    CHECK(between(page.body, "id=\"fullMem\">", "<") == "false");
    CHECK(page.body.find("0.013698631 XRP") != page.body.npos); // an hour
    CHECK(page.body.find("This host takes uploads.") != page.body.npos);
    CHECK(page.body.find("<script") == page.body.npos);
    CHECK(page.body.find("src=") == page.body.npos);
    const std::string policy{page.fields.get("content-security-policy")};
    CHECK(policy.starts_with("default-src 'none';"));
    const auto style = between(page.body, "<style>", "</style>");
    CHECK(policy.find("'sha256-" + to_base64(net::sha256(as_bytes(style))) + "'") != policy.npos);
    // Every link leads somewhere.
    std::vector<std::string> segments;
    for (auto at = page.body.find("href=\""); at != page.body.npos;
         at = page.body.find("href=\"", at + 1))
      CHECK(actors::find_route("GET", between(page.body.substr(at), "href=\"", "\""), segments));
  }

  TEST_CASE_FIXTURE(api_fixture, "nothing that an operator wrote becomes part of the page's text") {
    start_api();
    settings.public_uri_text = "https://x.example/<b>\"'&";
    api = std::make_unique<actors::api>(sys, world.door(), settings);
    const auto page = http("GET", "/");
    CHECK(page.body.find("<b>") == page.body.npos);
    CHECK(page.body.find("https://x.example/&lt;b&gt;&quot;&#39;&amp;") != page.body.npos);
  }

  TEST_CASE_FIXTURE(running_api, "the page says why no uploads are taken") {
    board->change(drained_terms(), *world.now);
    CHECK(http("GET", "/").body.find("lets no new pods in") != std::string::npos);
    CHECK_FALSE(*body_of(http("GET", "/info")).find("acceptingUploads")->boolean());
  }

  TEST_CASE_FIXTURE(running_api, "a request has the id that the client gave, if it is a plain one") {
    CHECK(http("GET", "/version", {{"X-Request-Id", "a.B-c_9"}}).fields.get("x-request-id")
          == "a.B-c_9");
    const auto fresh = [this](net::http_fields fields) {
      const std::string id{http("GET", "/version", std::move(fields)).fields.get("x-request-id")};
      CHECK(id.size() == 16);
      CHECK(id.find_first_not_of("0123456789abcdef") == id.npos);
      return id;
    };
    CHECK(fresh({}) != fresh({}));
    for (const auto& bad : {std::string{"a b"}, std::string{"\"x\""}, std::string(65, 'a'),
                            std::string{"a\xc3\xa9"}, std::string{"a/b"}, std::string{}})
      (void)fresh({{"X-Request-Id", bad}});
    (void)fresh({{"X-Request-Id", "a"}, {"X-Request-Id", "b"}});
    CHECK(http("GET", "/nowhere", {{"X-Request-Id", "mine"}}).fields.get("x-request-id") == "mine");
  }

  TEST_CASE_FIXTURE(running_api, "a body may come packed") {
    const auto plain = http("OPTIONS", "/pods?duration=600", {}, manifest("web"));
    for (const char* name : {"gzip", "GZIP", "x-gzip"})
      CHECK(http("OPTIONS", "/pods?duration=600", {{"Content-Encoding", name}}, gzip(manifest("web"))).body
            == plain.body);
    CHECK(http("OPTIONS", "/pods?duration=600", {{"Content-Encoding", "identity"}}, manifest("web")).body
          == plain.body);
    // A request without a body has nothing to unpack.
    CHECK(http("GET", "/version", {{"Content-Encoding", "br"}}).status == 200);
  }

  TEST_CASE_FIXTURE(running_api, "a packed body that is damaged, too large or of another kind is refused") {
    const auto send = [this](const char* coding, std::string body) {
      return http("OPTIONS", "/pods", {{"Content-Encoding", coding}}, std::move(body));
    };
    const auto damaged = send("gzip", "not packed");
    check_error(damaged, 400, "malformed");
    CHECK(text_of(damaged, "message") == "Invalid compressed payload");
    check_error(send("gzip", gzip(std::string(8 << 20, ' '))), 413, "too_large");
    const auto other = send("br", "x");
    check_error(other, 415, "unsupported");
    CHECK(other.fields.get("accept-encoding") == "gzip, deflate");
    check_error(http("OPTIONS", "/pods", {{"Content-Encoding", "gzip"}, {"Content-Encoding", "gzip"}},
                     gzip(gzip("{}"))),
                415, "unsupported");
  }
}
