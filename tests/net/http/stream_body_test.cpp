// Answers that are made while they are sent.
#include "net/http/body_decoder.hpp"
#include "net/http/body_writer.hpp"
#include "tests/net/http/http_fixture.hpp"

#include <atomic>

using namespace codius;
using namespace codius::net;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

constexpr auto for_ever = body_writer::time_point::max();

asio::awaitable<void> three_pieces(body_writer& to) {
  for (const auto* piece : {"one ", "", "two ", "three"})
    if (!co_await to.write(piece))
      co_return;
}

/// Writes without end, as fast as the client takes it.
struct flood {
  std::atomic<uint64_t> written{0};
  std::promise<void> left;

  asio::awaitable<void> run(body_writer& to) {
    const std::string piece(16 * 1024, 'x');
    while (co_await to.write(piece))
      written += piece.size();
    left.set_value();
  }
};

/// Waits for a waker or the end.
struct follower {
  std::promise<std::function<void()>> began;
  std::promise<bool> left; ///< whether it was over
  std::atomic<int> woken{0};

  asio::awaitable<void> run(body_writer& to) {
    began.set_value(to.waker());
    // No co_await in a loop's condition: g++ 12 destroys what it makes there twice on a break.
    for (bool on = co_await to.wait_until(for_ever); on;) {
      ++woken;
      on = co_await to.write("news\n");
      if (on)
        on = co_await to.wait_until(for_ever);
    }
    left.set_value(to.over());
  }
};

template <class Source>
api_handler serve(Source& source) {
  return [&source](http_request) -> asio::awaitable<http_response> {
    http_response res;
    res.fields.add("Content-Type", "text/plain");
    res.stream = produce([&source](body_writer& to) { return source.run(to); });
    co_return res;
  };
}

asio::awaitable<http_response> streaming(http_request req) {
  http_response res;
  if (req.path == "/throw")
    res.stream = produce([](body_writer& to) -> asio::awaitable<void> {
      (void)co_await to.write("begun");
      throw std::runtime_error{"secret"};
    });
  else if (req.path == "/plain")
    res.body = "plain";
  else
    res.stream = produce(three_pieces);
  if (req.path == "/empty")
    res.status = 204;
  co_return res;
}

bool soon(std::promise<void>& p) { return p.get_future().wait_for(20s) == std::future_status::ready; }

} // namespace

TEST_SUITE("net/http/stream_body") {
  TEST_CASE("HTTP/1.1 gets chunks and keeps its connection") {
    http_fixture f{{}, streaming};
    auto c = f.connect();
    c.send(get("/a"));
    CHECK(c.until("0\r\n\r\n")
          == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
             "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
    c.send(get("/plain"));
    CHECK(c.response().ends_with("\r\n\r\nplain"));
    c.send(get("/a", "Connection: close\r\n"));
    const auto last = c.all();
    CHECK(last.find("Connection: close\r\n") != std::string::npos);
    CHECK(last.ends_with("0\r\n\r\n"));
    CHECK(f.server->counters().streams == 2);
    CHECK(f.server->counters().streams_open == 0);
  }

  TEST_CASE("HTTP/1.0 gets the body up to the end of the connection") {
    http_fixture f{{}, streaming};
    for (const auto* fields : {"", "Connection: keep-alive\r\n"}) {
      const auto answer = f.talk("GET /a HTTP/1.0\r\n" + std::string{fields} + "\r\n");
      CHECK(answer.find("Transfer-Encoding") == std::string::npos);
      CHECK(answer.find("Connection: close\r\n") != std::string::npos);
      CHECK(answer.ends_with("\r\n\r\none two three"));
    }
  }

  TEST_CASE("HEAD gets the head alone, and 204 nothing") {
    http_fixture f{{}, streaming};
    auto c = f.connect();
    c.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/empty") + get("/plain"));
    CHECK(c.until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(c.until("\r\n\r\n").starts_with("HTTP/1.1 204 No Content\r\n"));
    CHECK(c.response().ends_with("plain"));
    CHECK(f.server->counters().streams == 0);
  }

  TEST_CASE("a request that was sent ahead is answered after the stream") {
    http_fixture f{{}, streaming};
    auto c = f.connect();
    c.send(get("/a") + get("/plain") + get("/a", "Connection: close\r\n"));
    const auto all = c.all();
    const auto first = all.find("three"), plain = all.find("plain"), second = all.rfind("three");
    CHECK(first < plain);
    CHECK(plain < second);
    CHECK(second != std::string::npos);
  }

  TEST_CASE("a producer that throws cuts the connection before the last chunk") {
    http_fixture f{{}, streaming};
    const auto answer = f.talk(get("/throw"));
    CHECK(answer.ends_with("5\r\nbegun\r\n"));
    CHECK(answer.find("secret") == std::string::npos);
    CHECK(f.server->counters().handler_faults == 1);
    CHECK(f.server->counters().streams_open == 0);
  }

  TEST_CASE("a client that reads slowly slows the producer down") {
    flood source;
    http_fixture f{{}, serve(source)};
    auto c = f.connect();
    c.send(get("/"));
    // What fits into the two sockets' buffers goes out unread, and not more.
    CHECK(c.exactly(64u << 20).size() == 64u << 20);
    const auto written = source.written.load();
    CHECK(written > 60u << 20);
    CHECK(written < 80u << 20);
    c.abort();
    CHECK(soon(source.left));
  }

  TEST_CASE("a client that stops reading is cut after the stall limit") {
    server_limits limits;
    limits.write_stall = 50ms;
    flood source;
    http_fixture f{limits, serve(source)};
    auto c = f.connect();
    c.send(get("/"));
    CHECK(soon(source.left));
    CHECK(source.written.load() < 1u << 20); // what two kernels hold; 256 KiB here
    const auto all = c.all();
    CHECK(all.size() > 16 * 1024);
    CHECK_FALSE(all.ends_with("0\r\n\r\n"));
    CHECK(f.server->counters().streams_cut == 1);
  }

  TEST_CASE("a waiting producer learns at once that its client has gone") {
    for (const auto* how : {"reset", "closed", "half closed"}) {
      CAPTURE(how);
      follower source;
      http_fixture f{{}, serve(source)};
      auto c = f.connect();
      c.send(get("/"));
      source.began.get_future().get();
      how[0] == 'r' ? c.abort() : how[0] == 'c' ? c.close() : c.shutdown_send();
      auto left = source.left.get_future();
      REQUIRE(left.wait_for(20s) == std::future_status::ready);
      CHECK(left.get());
      CHECK(source.woken == 0);
    }
  }

  TEST_CASE("a client that only closed its sending side still gets a body that has an end") {
    http_fixture f{{}, streaming};
    auto c = f.connect();
    c.send(get("/a"));
    c.shutdown_send();
    CHECK(c.all().ends_with("5\r\nthree\r\n0\r\n\r\n"));
  }

  TEST_CASE("a waker ends a wait from any thread, also one that was called before") {
    follower source;
    http_fixture f{{}, serve(source)};
    auto c = f.connect();
    c.send(get("/"));
    const auto wake = source.began.get_future().get();
    for (int i = 0; i < 3; ++i) {
      wake();
      CHECK(c.until("news\n").ends_with("news\n"));
    }
    for (int i = 0; i < 1000; ++i)
      wake();
    c.close();
    CHECK(source.left.get_future().get());
    wake(); // after the end: nothing happens
  }

  TEST_CASE("a client that sends without end ahead of its stream is read no further") {
    follower source;
    http_fixture f{{}, serve(source)};
    auto c = f.connect();
    c.send(get("/"));
    const auto wake = source.began.get_future().get();
    c.send(std::string(100'000, 'G'));
    wake();
    CHECK(c.until("news\n").ends_with("news\n"));
    c.abort();
    auto left = source.left.get_future();
    while (left.wait_for(1ms) != std::future_status::ready)
      wake(); // its loss shows at the next write
    CHECK(left.get());
  }

  TEST_CASE("a stopping server ends its streams in good order") {
    follower source;
    http_fixture f{{}, serve(source)};
    auto c = f.connect();
    c.send(get("/"));
    source.began.get_future().get();
    auto stopped = std::async(std::launch::async, [&] { return f.io.wait(f.server->stop(20s)); });
    CHECK(c.all().ends_with("\r\n\r\n0\r\n\r\n"));
    c.close();
    CHECK(source.left.get_future().get());
    CHECK(stopped.get() == 0);
  }
}
