#include "net/proxy/forward.hpp"
#include "tests/net/proxy/proxy_fixture.hpp"

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

const std::string close_field = "Connection: close\r\n";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_SUITE("net/proxy/forward") {
  TEST_CASE_FIXTURE(proxy_fixture,
                    "a request reaches the pod rewritten, and its answer the client") {
    fake_pod pod{mirror};
    publish(pod.port());
    const auto answer
      = talk(head("GET //a//b?c=//d", "Cookie: x\r\nX-Forwarded-For: 1.2.3.4\r\nProxy: y\r\n"
                                      "Connection: close, x-hop\r\nX-Hop: z\r\n"));
    CHECK(status_of(answer) == 200);
    CHECK(has(answer, "X-Pod: 1\r\n"));
    CHECK(has(answer, "Via: 1.1 codius\r\n"));
    CHECK(has(answer, "\r\n\r\nGET /a/b?c=//d HTTP/1.1\r\nHost: " + std::string(52, 'a')
                        + ".example.com\r\nCookie: x\r\n"));
    CHECK(has(answer, "X-Forwarded-For: 127.0.0.1\r\n"));
    CHECK(has(answer, "X-Forwarded-Proto: http\r\n"));
    for (const char* gone : {"1.2.3.4", "Proxy:", "X-Hop", "z\r\n"})
      CHECK_FALSE(has(answer, gone));
  }

  TEST_CASE_FIXTURE(proxy_fixture, "hosts that are no pod's go to the API") {
    CHECK(
      has(talk("GET /version HTTP/1.1\r\nHost: h\r\n" + close_field + "\r\n"), "GET /version 0"));
    CHECK(has(talk("GET /v HTTP/1.1\r\nHost: www." + std::string(52, 'a') + ".x\r\n" + close_field
                   + "\r\n"),
              "GET /v 0"));
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "D-37 the label's letter case does not matter, nor does the rest") {
    fake_pod pod{mirror};
    publish(pod.port());
    const auto upper = std::string(52, 'A');
    CHECK(status_of(
            talk("GET / HTTP/1.1\r\nHost: " + upper + ".whatever:3000\r\n" + close_field + "\r\n"))
          == 200);
    CHECK(
      status_of(talk("GET http://" + upper + ".x/y HTTP/1.1\r\nHost: h\r\n" + close_field + "\r\n"))
      == 200);
  }

  TEST_CASE_FIXTURE(proxy_fixture, "a pod that is not there, or not yet, is said so") {
    const auto unknown = talk(head("GET /", close_field, 'Z'));
    CHECK(status_of(unknown) == 404);
    CHECK(has(unknown, "{\"statusCode\":404,\"error\":\"Not Found\",\"message\":\"no pod with that "
                       "hash found. hash="
                         + std::string(52, 'z') + "\",\"code\":\"unknown_pod\",\"hint\":"));
    REQUIRE(routes->publish(id(), net::route_state::starting, {}, {}));
    auto c = connect();
    c.send(head());
    const auto starting = c.response();
    CHECK(status_of(starting) == 503);
    CHECK(has(starting, "Retry-After: 1\r\n"));
    REQUIRE(routes->publish(id(), net::route_state::no_port, {}, {}));
    c.send(head("GET /", "Accept: text/html;q=0.9, */*\r\n")); // the connection went on
    const auto page = c.response();
    CHECK(status_of(page) == 404);
    CHECK(has(page, "content-type: text/html"));
    c.send(head("HEAD /", close_field));
    CHECK(c.all().ends_with("\r\n\r\n"));
    CHECK(status_of(talk(head("POST /", "Content-Length: 9\r\n") + "abc")) == 404);
  }

  TEST_CASE_FIXTURE(proxy_fixture, "answers are framed for the client") {
    struct row {
      const char* name;
      const char* request;
      const char* answer;
      const char* has;
      const char* ends;
    };
    const row rows[] = {
      {"length", "GET / HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
       "Content-Length: 3\r\n", "\r\n\r\nabc"},
      {"chunked", "GET / HTTP/1.1",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x\r\nbc\r\n0\r\nT: "
       "t\r\n\r\n",
       "Transfer-Encoding: chunked\r\n", "bc\r\n0\r\n\r\n"},
      {"until close", "GET / HTTP/1.1", "HTTP/1.0 200 OK\r\n\r\nabc",
       "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"},
      {"bare LF as CGI has it", "GET / HTTP/1.1", "HTTP/1.0 200 OK\r\nContent-Type: text/x\n\nabc",
       "Content-Type: text/x\r\n", "3\r\nabc\r\n0\r\n\r\n"},
      {"chunked to 1.0", "GET / HTTP/1.0",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
       "Connection: close\r\n", "\r\n\r\nabc"},
      {"HEAD", "HEAD / HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
       "Content-Length: 3\r\n", "\r\n\r\n"},
      {"204", "GET / HTTP/1.1", "HTTP/1.1 204 No Content\r\n\r\n", "204 No Content", "\r\n\r\n"},
      {"304", "GET / HTTP/1.1", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
       "Content-Length: 9\r\n", "\r\n\r\n"},
      {"interim", "GET / HTTP/1.1",
       "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
       "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n", "\r\n\r\na"},
      {"interim to 1.0", "GET / HTTP/1.0",
       "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
       "HTTP/1.1 200 OK\r\n", "\r\n\r\na"},
      {"redirect and cookie untouched", "GET / HTTP/1.1",
       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/x\r\nSet-Cookie: a=b; "
       "Domain=c\r\nContent-Length: "
       "0\r\n\r\n",
       "Location: http://127.0.0.1/x\r\nSet-Cookie: a=b; Domain=c\r\n", "\r\n\r\n"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      fake_pod pod{say(r.answer)};
      publish(pod.port());
      const auto answer
        = talk(std::string{r.request} + "\r\nHost: " + id().text + ".x\r\n" + close_field + "\r\n");
      CHECK(has(answer, r.has));
      CHECK(answer.ends_with(r.ends));
    }
  }

  TEST_CASE_FIXTURE(proxy_fixture, "a pod that talks no HTTP is a bad gateway") {
    const std::string rows[] = {"",
                                "SSH-2.0-x\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                                "HTTP/1.1 200 OK\r\nA: " + std::string(40000, 'a') + "\r\n\r\n"};
    for (const auto& r : rows) {
      CAPTURE(r);
      fake_pod pod{say(r)};
      publish(pod.port());
      auto c = connect();
      c.send(head());
      CHECK(status_of(c.response()) == 502);
      c.send(head("GET /", close_field, 'z')); // and the client's connection goes on
      CHECK(status_of(c.all()) == 404);
    }
  }

  TEST_CASE_FIXTURE(proxy_fixture, "an answer that breaks off is not passed for a whole one") {
    for (const char* text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx"}) {
      fake_pod pod{say(text)};
      publish(pod.port());
      auto c = connect();
      c.send(head());
      const auto answer = c.all();
      CHECK(has(answer, "abc"));
      CHECK_FALSE(answer.ends_with("0\r\n\r\n"));
    }
    CHECK(counters->cut_off == 3);
  }

  TEST_CASE_FIXTURE(proxy_fixture, "request bodies are streamed in their framing") {
    fake_pod pod{[](raw_socket& s) {
      const auto got = s.until("\r\n\r\n");
      const auto body = has(got, "chunked") ? s.until("0\r\n\r\n") : s.exactly(5);
      s.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + got + "|" + body);
    }};
    publish(pod.port());
    const auto sized = talk(head("POST /", "Content-Length: 5\r\n" + close_field) + "hello");
    CHECK(has(sized, "Content-Length: 5\r\n"));
    CHECK(has(sized, "|hello"));
    const auto chunked = talk(head("POST /", "Transfer-Encoding: chunked\r\n" + close_field)
                              + "2;ext=1\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: t\r\n\r\n");
    CHECK(has(chunked, "Transfer-Encoding: chunked\r\n"));
    CHECK(has(chunked, "|2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"));
    CHECK_FALSE(has(chunked, "ext"));
    CHECK_FALSE(has(chunked, "Trailer"));
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "a request whose body turns out malformed never completes at the pod") {
    std::promise<std::string> seen;
    fake_pod pod{[&](raw_socket& s) { seen.set_value(s.all()); }};
    publish(pod.port());
    const auto answer
      = talk(head("POST /", "Transfer-Encoding: chunked\r\n") + "2\r\nhe\r\n-1\r\n");
    CHECK(status_of(answer) == 400);
    CHECK_FALSE(seen.get_future().get().ends_with("0\r\n\r\n"));
  }

  TEST_CASE_FIXTURE(proxy_fixture, "100-continue passes through") {
    fake_pod pod{[](raw_socket& s) {
      CHECK(has(s.until("\r\n\r\n"), "Expect: 100-continue\r\n"));
      s.send("HTTP/1.1 100 Continue\r\n\r\n");
      s.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + s.exactly(5));
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head("POST /", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    CHECK(c.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    c.send("hello");
    CHECK(c.response().ends_with("hello"));
  }

  TEST_CASE_FIXTURE(proxy_fixture, "an answer before the request's end is passed on at once") {
    fake_pod pod{[](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\nno");
      s.all();
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head("POST /", "Content-Length: 100000\r\n") + std::string(1000, 'a'));
    const auto answer = c.all();
    CHECK(status_of(answer) == 413);
    CHECK(has(answer, close_field));
    CHECK(answer.ends_with("no"));
  }

  TEST_CASE("time limits of a pod") {
    net::proxy_settings settings;
    settings.first_byte = 40ms;
    settings.stream_idle = 40ms;
    proxy_fixture f{settings};
    SUBCASE("no answer") {
      fake_pod pod{[](raw_socket& s) { s.all(); }};
      f.publish(pod.port());
      CHECK(status_of(f.talk(f.head("GET /", close_field))) == 504);
    }
    SUBCASE("half a head") {
      fake_pod pod{[](raw_socket& s) {
        s.send("HTTP/1.1 200 OK\r\n");
        s.all();
      }};
      f.publish(pod.port());
      CHECK(status_of(f.talk(f.head("GET /", close_field))) == 504);
    }
    SUBCASE("an answer that stalls") {
      fake_pod pod{[](raw_socket& s) {
        s.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        s.all();
      }};
      f.publish(pod.port());
      CHECK(f.talk(f.head("GET /", close_field)).ends_with("abc"));
    }
  }

  TEST_CASE("a pod has only so many connections") {
    net::proxy_settings settings;
    settings.pod_connections = 1;
    proxy_fixture f{settings};
    std::promise<void> inside;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      inside.set_value();
      s.all();
    }};
    f.publish(pod.port());
    auto first = f.connect();
    first.send(f.head());
    inside.get_future().get();
    const auto answer = f.talk(f.head("GET /", close_field));
    CHECK(status_of(answer) == 503);
    CHECK(has(answer, "Retry-After"));
    first.abort();
  }

  TEST_CASE("several threads forward at once") {
    proxy_fixture f{{}, {}, 3};
    fake_pod pod{mirror};
    f.publish(pod.port());
    std::vector<raw_socket> all;
    for (int i = 0; i < 20; ++i)
      all.push_back(f.connect());
    for (int round = 0; round < 20; ++round) {
      for (auto& c : all)
        c.send(f.head("GET /" + std::to_string(round)));
      for (auto& c : all)
        REQUIRE(has(c.response(), "GET /" + std::to_string(round) + " "));
    }
    CHECK(f.counters->forwarded == 400);
    CHECK(pod.connections() <= 20);
  }
}
