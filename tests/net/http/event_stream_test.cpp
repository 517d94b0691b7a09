#include "net/http/event_stream.hpp"
#include "tests/net/http/http_fixture.hpp"

using namespace codius;
using namespace codius::net;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

/// Events that a test hands over one by one.
struct event_source {
  std::mutex guard;
  event_batch pending;
  std::function<void()> wake;
  std::promise<void> ready;

  asio::awaitable<event_batch> take() {
    const std::lock_guard lock{guard};
    co_return std::exchange(pending, {});
  }
  void add(server_event event, bool last = false) {
    {
      const std::lock_guard lock{guard};
      pending.events.push_back(std::move(event));
      pending.last = last;
    }
    wake();
  }
};

api_handler events_of(event_source& source, std::chrono::milliseconds heartbeat) {
  return [&source, heartbeat](http_request) -> asio::awaitable<http_response> {
    auto run = [&source, heartbeat](body_writer& to) -> asio::awaitable<void> {
      source.wake = to.waker();
      source.ready.set_value();
      co_await send_events(to, [&source] { return source.take(); }, heartbeat);
    };
    co_return event_stream_response(produce(run));
  };
}

} // namespace

TEST_SUITE("net/http/event_stream") {
  TEST_CASE("an event is written as browsers read it") {
    CHECK(event_text({"7", "state", "{\"a\":1}"}) == "id: 7\nevent: state\ndata: {\"a\":1}\n\n");
    CHECK(event_text({"", "", "x"}) == "data: x\n\n");
    CHECK(event_text({"", "", ""}) == "data: \n\n");
    CHECK(event_text({"", "", "a\nb\r\nc\rd"}) == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    CHECK(event_text({"", "", "a\n"}) == "data: a\ndata: \n\n");
    CHECK(comment_text("hi") == ": hi\n\n");
  }

  TEST_CASE("id and name cannot forge a field or another event") {
    CHECK(event_text({"7\ndata: evil", "a\r\n\r\nb", "x"})
          == "id: 7data: evil\nevent: ab\ndata: x\n\n");
    CHECK(event_text({std::string("7\0", 2), "", "x"}) == "id: 7\ndata: x\n\n");
    CHECK(comment_text("a\nb") == ": ab\n\n");
  }

  TEST_CASE("events go out as they come, and the last one ends the stream") {
    event_source source;
    http_fixture f{{}, events_of(source, 1h)};
    auto c = f.connect();
    c.send(get("/", "Connection: close\r\n"));
    const auto head = c.until("\r\n\r\n");
    CHECK(head.find("content-type: text/event-stream; charset=utf-8\r\n") != std::string::npos);
    source.ready.get_future().get();
    source.add({"1", "step", "pulling"});
    CHECK(c.until("\n\n\r\n").ends_with("\r\nid: 1\nevent: step\ndata: pulling\n\n\r\n"));
    source.add({"2", "end", "runs"}, true);
    CHECK(c.all().ends_with("\r\nid: 2\nevent: end\ndata: runs\n\n\r\n0\r\n\r\n"));
  }

  TEST_CASE("a quiet stream shows that it lives") {
    event_source source;
    http_fixture f{{}, events_of(source, 20ms)};
    auto c = f.connect();
    c.send(get("/"));
    c.until("\r\n\r\n");
    for (int i = 0; i < 3; ++i)
      CHECK(c.until(": still here\n\n").ends_with(": still here\n\n"));
  }
}
