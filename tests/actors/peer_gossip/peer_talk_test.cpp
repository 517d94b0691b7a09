#include "actors/peer_gossip/peer_talk.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::actors;
using how = contact_outcome::kind;

namespace {

const peer_contact check{peer_contact::kind::check, "https://a.example", "client 1"};
const peer_contact exchange{peer_contact::kind::exchange, "https://a.example", {}};

result<net::http_response> say(std::string body, unsigned status = 200) {
  return net::http_response{status, {}, std::move(body)};
}

} // namespace

TEST_SUITE("actors/peer_gossip/peer_talk") {
  TEST_CASE("requests are those of the original") {
    peer_manners manners;
    manners.own_uri = "https://me.example";
    const auto post = peer_request(manners, exchange);
    CHECK(post.method == "POST");
    CHECK(post.uri == "https://a.example/peers/discover");
    CHECK(post.body == R"({"peers":["https://me.example"]})");
    CHECK(post.fields.get("content-type") == "application/json");
    CHECK(post.max_body == 256 << 10);
    CHECK(post.timeout == std::chrono::seconds{3});
    const auto get = peer_request(manners, check);
    CHECK(get.method == "GET");
    CHECK(get.uri == "https://a.example/info");
    CHECK(get.max_body == 64 << 10);
    CHECK(get.timeout == std::chrono::seconds{3});
  }

  TEST_CASE("D-27 outside development mode only public addresses are connected to") {
    peer_manners manners;
    const auto strict = peer_request(manners, check);
    REQUIRE(strict.may_connect);
    CHECK_FALSE(strict.may_connect(asio::ip::make_address("169.254.169.254")));
    CHECK(strict.may_connect(asio::ip::make_address("93.184.216.34")));
    manners.dev = true;
    CHECK_FALSE(peer_request(manners, check).may_connect);
  }

  TEST_CASE("a check is good when the peer goes by the name it was asked under") {
    struct row {
      const char* body;
      how expected;
    };
    const row rows[] = {
      {R"({"uri":"https://a.example"})", how::good},
      {R"({"uri":"https://A.example:443/"})", how::good},
      {R"({"uri":"https://b.example"})", how::wrong},
      {R"({"uri":"http://a.example"})", how::wrong},
      {R"({"uri":"https://a.example/x"})", how::wrong},
      {R"({"uri":5})", how::wrong},
      {R"({})", how::wrong},
      {R"(["https://a.example"])", how::wrong},
      {"<html>", how::wrong},
      {"", how::wrong},
    };
    for (const auto& r : rows) {
      CAPTURE(r.body);
      CHECK(read_peer_answer(check, say(r.body)).how == r.expected);
    }
  }

  TEST_CASE("an exchange gives the names in the answer") {
    const auto good
      = read_peer_answer(exchange, say(R"-({"name":"Codiusd (JavaScript)","version":"1.2.5",
                                           "peers":["https://b",7,"x"]})-"));
    CHECK(good.how == how::good);
    CHECK(good.offered == std::vector<std::string>{"https://b", "x"});
    for (const char* body : {R"({})", R"({"peers":{}})", R"({"peers":"x"})", "[]", "{", "null"}) {
      CAPTURE(body);
      CHECK(read_peer_answer(exchange, say(body)).how == how::wrong);
    }
    std::string many = R"({"peers":["a")";
    for (int i = 0; i < 5000; ++i)
      many += R"(,"b")";
    CHECK(read_peer_answer(exchange, say(many + "]}")).offered.size() == 1000);
  }

  TEST_CASE("another status may be better later; what only a liar answers is no accident") {
    for (const unsigned status : {201, 301, 403, 404, 500, 503})
      CHECK(read_peer_answer(check, say(R"({"uri":"https://a.example"})", status)).how
            == how::unreachable);
    struct row {
      errc code;
      how expected;
    };
    for (const auto& r : {row{errc::timed_out, how::unreachable}, row{errc::unavailable, how::unreachable},
                          row{errc::too_large, how::wrong}, row{errc::malformed, how::wrong},
                          row{errc::rejected, how::wrong}, row{errc::busy, how::not_asked}}) {
      CAPTURE(to_string(r.code));
      CHECK(read_peer_answer(check, error{r.code, "why"}).how == r.expected);
    }
  }
}
