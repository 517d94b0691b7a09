#include "net/proxy/forward.hpp"
#include "tests/net/proxy/proxy_fixture.hpp"

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

TEST_SUITE("net/proxy/connect_pod") {
  TEST_CASE_FIXTURE(proxy_fixture, "connections to a pod are used again, also by other clients") {
    fake_pod pod{mirror};
    publish(pod.port());
    for (int i = 0; i < 3; ++i) {
      auto c = connect();
      for (int k = 0; k < 3; ++k) {
        c.send(head());
        REQUIRE(status_of(c.response()) == 200);
      }
    }
    CHECK(pod.connections() == 1);
    CHECK(counters->reused == 8);
  }

  TEST_CASE_FIXTURE(proxy_fixture, "one pod's connection never serves another pod") {
    fake_pod pod{mirror};
    publish(pod.port(), 'a');
    publish(pod.port(), 'b');
    auto c = connect();
    for (char label : {'a', 'b', 'a', 'b'}) {
      c.send(head("GET /", "", label));
      REQUIRE(status_of(c.response()) == 200);
    }
    CHECK(pod.connections() == 2);
    // The same address under the same name, but published anew: a new pod.
    CHECK(routes->withdraw(id('a')));
    publish(pod.port(), 'a');
    c.send(head());
    CHECK(status_of(c.response()) == 200);
    CHECK(pod.connections() == 3);
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "a withdrawn route is 404 at once and its connections are closed") {
    std::promise<void> closed;
    fake_pod pod{[&](raw_socket& s) {
      mirror(s);
      closed.set_value();
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head());
    REQUIRE(status_of(c.response()) == 200);
    routes->withdraw(id());
    c.send(head());
    CHECK(status_of(c.response()) == 404);
    fake_pod other{mirror};
    publish(other.port(), 'b');
    c.send(head("GET /", "", 'b')); // the next look into the pool finds what has lost its route
    CHECK(status_of(c.response()) == 200);
    CHECK(closed.get_future().wait_for(20s) == std::future_status::ready);
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "a pod that closes after each answer is connected to each time") {
    fake_pod pod{say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na")};
    publish(pod.port());
    auto c = connect();
    for (int i = 0; i < 3; ++i) {
      c.send(head());
      CHECK(status_of(c.response()) == 200);
    }
    CHECK(counters->reused == 0);
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "a request on a stale connection is sent again, once, if it may be") {
    // Answers one request, says nothing to the second but closes: dead just when it is needed.
    fake_pod pod{[](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
      s.until("\r\n\r\n");
    }};
    publish(pod.port());
    auto c = connect();
    for (const char* line : {"GET /", "OPTIONS /", "DELETE /", "POST /", "GET /"}) {
      CAPTURE(line);
      c.send(head(line, "X: y\r\n"));
      REQUIRE(status_of(c.response()) == 200);
    }
    CHECK(counters->retried == 3); // POST used a connection of its own
  }

  TEST_CASE_FIXTURE(proxy_fixture, "what follows an answer spoils its connection") {
    fake_pod pod{[](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: "
             "4\r\n\r\nevil");
      s.all();
    }};
    publish(pod.port());
    auto c = connect();
    for (int i = 0; i < 3; ++i) {
      c.send(head());
      CHECK(c.response().ends_with("\r\n\r\na"));
    }
    CHECK(pod.connections() == 3);
  }

  TEST_CASE_FIXTURE(proxy_fixture, "a pod that refuses connections is a 503") {
    publish(free_port());
    const auto answer = talk(head("GET /", "Connection: close\r\n"));
    CHECK(status_of(answer) == 503);
    CHECK(answer.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(counters->settle_retries == 0);
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "a pod that was published just now is waited for until it listens") {
    const auto port = free_port();
    publish(port, 'a', 0s);
    auto c = connect();
    c.send(head("GET /early"));
    while (counters->settle_retries < 3)
      std::this_thread::yield();
    fake_pod pod{mirror, port};
    const auto answer = c.response();
    CHECK(status_of(answer) == 200);
    CHECK(answer.find("GET /early") != std::string::npos);
  }

  TEST_CASE("waiting for a new pod ends in time, with the route, or with the client") {
    net::proxy_settings settings;
    settings.settle_wait = 40ms;
    SUBCASE("in time") {
      proxy_fixture f{settings};
      f.publish(free_port(), 'a', 0s);
      CHECK(status_of(f.talk(f.head("GET /", "Connection: close\r\n"))) == 503);
      CHECK(f.counters->settle_retries > 0);
    }
    settings.settle_wait = 60s;
    SUBCASE("with the route") {
      proxy_fixture f{settings};
      f.publish(free_port(), 'a', 0s);
      auto c = f.connect();
      c.send(f.head());
      while (f.counters->settle_retries < 2)
        std::this_thread::yield();
      f.routes->withdraw(f.id());
      CHECK(status_of(c.response()) == 503);
    }
    SUBCASE("with the client") {
      proxy_fixture f{settings};
      f.publish(free_port(), 'a', 0s);
      auto c = f.connect();
      c.send(f.head());
      while (f.counters->settle_retries < 2)
        std::this_thread::yield();
      c.abort();
      while (f.counters->client_left == 0)
        std::this_thread::yield();
      CHECK(f.counters->failed == 0);
    }
  }
}
