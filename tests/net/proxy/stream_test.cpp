// Big and broken streams through the proxy.
#include "tests/net/proxy/proxy_fixture.hpp"

#include <poll.h>

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

constexpr size_t big = 50 << 20;
/// What kernels buffer between four loopback sockets; far less than `big`.
constexpr size_t most_in_flight = 32 << 20;

/// Sends up to `total` octets until the other side takes no more for a while; how many went out.
size_t send_until_stuck(raw_socket& s, size_t total) {
  static const std::string block(256 * 1024, 'x');
  size_t sent = 0;
  while (sent < total) {
    pollfd p{s.fd(), POLLOUT, 0};
    if (::poll(&p, 1, 300) <= 0)
      break;
    const auto n = ::send(s.fd(), block.data(), std::min(block.size(), total - sent),
                          MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
      sent += static_cast<size_t>(n);
    else if (errno != EAGAIN)
      break;
  }
  return sent;
}

void send_rest(raw_socket& s, size_t count) {
  const std::string block(256 * 1024, 'x');
  for (; count > 0; count -= std::min(count, block.size()))
    s.send(std::string_view{block}.substr(0, std::min(count, block.size())));
}

} // namespace

TEST_SUITE("net/proxy/stream") {
  TEST_CASE_FIXTURE(proxy_fixture,
                    "a big answer flows as fast as the client takes it, and no faster") {
    std::promise<size_t> stuck_at;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(big) + "\r\n\r\n");
      const auto sent = send_until_stuck(s, big);
      stuck_at.set_value(sent);
      send_rest(s, big - sent);
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head());
    CHECK(stuck_at.get_future().get() < most_in_flight); // nobody has read anything yet
    const auto text = c.until("\r\n\r\n");
    CHECK(status_of(text) == 200);
    CHECK(c.exactly(big).size() == big);
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "a big upload flows as fast as the pod takes it, and no faster") {
    std::promise<void> go;
    std::promise<size_t> received;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      go.get_future().get();
      received.set_value(s.exactly(big).size());
      s.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head("POST /", "Content-Length: " + std::to_string(big) + "\r\n"));
    const auto sent = send_until_stuck(c, big);
    CHECK(sent < most_in_flight);
    go.set_value();
    send_rest(c, big - sent);
    CHECK(received.get_future().get() == big);
    CHECK(c.response().ends_with("ok"));
  }

  TEST_CASE_FIXTURE(proxy_fixture, "a big chunked answer arrives whole") {
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      const std::string chunk = "fffff\r\n" + std::string(0xfffff, 'y') + "\r\n";
      for (int i = 0; i < 8; ++i)
        s.send(chunk);
      s.send("0\r\n\r\n");
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head());
    c.until("\r\n\r\n");
    size_t total = 0;
    for (;;) {
      const auto size = std::stoul(c.until("\r\n"), nullptr, 16);
      total += size;
      const auto data = c.exactly(size + 2);
      REQUIRE(data.size() == size + 2);
      REQUIRE(data.find_first_not_of('y') == size);
      if (size == 0)
        break;
    }
    CHECK(total == 8u * 0xfffff);
  }

  TEST_CASE_FIXTURE(proxy_fixture, "when the client goes away the pod is told") {
    std::promise<void> inside, ended;
    SUBCASE("while the pod thinks") {
      fake_pod pod{[&](raw_socket& s) {
        s.until("\r\n\r\n");
        inside.set_value();
        s.all();
        ended.set_value();
      }};
      publish(pod.port());
      auto c = connect();
      c.send(head());
      inside.get_future().get();
      c.abort();
      CHECK(ended.get_future().wait_for(20s) == std::future_status::ready);
    }
    SUBCASE("in the middle of its request") {
      fake_pod pod{[&](raw_socket& s) {
        s.until("hello");
        inside.set_value();
        s.all();
        ended.set_value();
      }};
      publish(pod.port());
      auto c = connect();
      c.send(head("POST /", "Content-Length: 50\r\n") + "hello");
      inside.get_future().get();
      c.close();
      CHECK(ended.get_future().wait_for(20s) == std::future_status::ready);
    }
    SUBCASE("in the middle of the answer") {
      fake_pod pod{[&](raw_socket& s) {
        s.until("\r\n\r\n");
        s.send("HTTP/1.1 200 OK\r\n\r\n");
        while (s.send(std::string(65536, 'z'))) {
        }
        ended.set_value();
      }};
      publish(pod.port());
      auto c = connect();
      c.send(head());
      c.until("zzz");
      c.close();
      CHECK(ended.get_future().wait_for(20s) == std::future_status::ready);
    }
    while (counters->client_left == 0)
      std::this_thread::yield();
    CHECK(counters->client_left == 1);
  }

  TEST_CASE("a client that only has said all it had to say still gets its answer, for a while") {
    net::proxy_settings settings;
    std::promise<void> go, ended;
    SUBCASE("in time") {
      proxy_fixture f{settings};
      fake_pod pod{[&](raw_socket& s) {
        s.until("\r\n\r\n");
        go.get_future().get();
        s.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }};
      f.publish(pod.port());
      auto c = f.connect();
      c.send(f.head());
      c.shutdown_send();
      go.set_value();
      CHECK(c.all().ends_with("ok"));
    }
    SUBCASE("too late") {
      settings.half_close = 40ms;
      proxy_fixture f{settings};
      fake_pod pod{[&](raw_socket& s) {
        s.all();
        ended.set_value();
      }};
      f.publish(pod.port());
      auto c = f.connect();
      c.send(f.head());
      c.shutdown_send();
      CHECK(c.all() == "");
      CHECK(ended.get_future().wait_for(20s) == std::future_status::ready);
    }
  }

  TEST_CASE("a body that drips too slowly is given up") {
    net::server_limits limits;
    limits.body_grace = 40ms;
    proxy_fixture f{{}, limits};
    std::promise<std::string> seen;
    fake_pod pod{[&](raw_socket& s) { seen.set_value(s.all()); }};
    f.publish(pod.port());
    CHECK(status_of(f.talk(f.head("POST /", "Content-Length: 50\r\n") + "hello")) == 408);
    CHECK(seen.get_future().get().ends_with("hello"));
  }

  TEST_CASE_FIXTURE(proxy_fixture, "pipelined requests to pods and the API are answered in order") {
    fake_pod pod{mirror};
    publish(pod.port());
    auto c = connect();
    std::string all;
    for (int i = 0; i < 50; ++i)
      all += i % 5 ? head("GET /" + std::to_string(i))
                   : "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    c.send(all);
    for (int i = 0; i < 50; ++i)
      REQUIRE(c.response().find("\r\n\r\nGET /" + std::to_string(i) + " ") != std::string::npos);
  }
}
