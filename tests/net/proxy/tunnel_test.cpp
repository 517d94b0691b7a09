#include "tests/net/proxy/proxy_fixture.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;

namespace {

/// A real WebSocket server: says back what it hears.
void websocket_echo(raw_socket& s) {
  asio::io_context io;
  tcp::socket socket{io};
  socket.assign(tcp::v4(), ::dup(s.fd()));
  websocket::stream<tcp::socket> ws{std::move(socket)};
  beast::error_code ec;
  ws.accept(ec);
  while (!ec) {
    beast::flat_buffer buffer;
    ws.read(buffer, ec);
    ws.text(ws.got_text());
    if (!ec)
      ws.write(buffer.data(), ec);
  }
}

const std::string ask = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n"
                        "Sec-WebSocket-Version: 13\r\n";
const std::string switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                             "Connection: Upgrade\r\n\r\n";

} // namespace

TEST_SUITE("net/proxy/tunnel") {
  TEST_CASE_FIXTURE(proxy_fixture, "a WebSocket works through the proxy") {
    fake_pod pod{websocket_echo};
    publish(pod.port());
    asio::io_context io;
    tcp::socket socket{io};
    socket.connect({asio::ip::address_v4::loopback(), http.port()});
    websocket::stream<tcp::socket> ws{std::move(socket)};
    ws.handshake(id().text + ".example.com", "/chat");
    for (size_t size : {1ul, 125ul, 70'000ul, 1'000'000ul}) {
      const std::string text(size, 'w');
      // Big messages need both ways at once, or both ends would wait for each other.
      auto sender = std::async(std::launch::async, [&] { ws.write(asio::buffer(text)); });
      beast::flat_buffer buffer;
      ws.read(buffer);
      sender.get();
      REQUIRE(beast::buffers_to_string(buffer.data()) == text);
    }
    CHECK(counters->tunnels_open == 1);
    ws.close(websocket::close_code::normal);
    while (counters->tunnels_open > 0)
      std::this_thread::yield();
    CHECK(counters->tunnels == 1);
  }

  TEST_CASE_FIXTURE(proxy_fixture,
                    "any protocol may be switched to, and early octets are not lost") {
    fake_pod pod{[](raw_socket& s) {
      const auto head = s.until("\r\n\r\n");
      CHECK(head.find("Connection: Upgrade\r\nUpgrade: chat/1\r\n") != std::string::npos);
      s.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat/1\r\nConnection: Upgrade\r\n\r\nhi!");
      s.send(s.exactly(5));
      s.shutdown_send();
      s.send(s.all());
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head("GET /", "Connection: Upgrade\r\nUpgrade: chat/1, h2c\r\n") + "early");
    CHECK(c.until("\r\n\r\n").find("101 Switching Protocols") != std::string::npos);
    CHECK(c.all() == "hi!early");
  }

  TEST_CASE_FIXTURE(proxy_fixture, "half a tunnel goes on when the other half has ended") {
    std::promise<std::string> heard;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send(switched);
      heard.set_value(s.all()); // the client has ended its half
      s.send("still here");
    }};
    publish(pod.port());
    auto c = connect();
    c.send(head("GET /", ask));
    c.until("\r\n\r\n");
    c.send("bye");
    c.shutdown_send();
    CHECK(heard.get_future().get() == "bye");
    CHECK(c.all() == "still here");
  }

  TEST_CASE_FIXTURE(proxy_fixture, "a pod may decline, and the connection goes on") {
    fake_pod pod{[](raw_socket& s) {
      for (;;) {
        if (s.until("\r\n\r\n").empty())
          return;
        s.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope");
      }
    }};
    publish(pod.port());
    auto c = connect();
    for (int i = 0; i < 2; ++i) {
      c.send(head("GET /", ask));
      const auto answer = c.response();
      CHECK(status_of(answer) == 403);
      CHECK(answer.ends_with("nope"));
    }
  }

  TEST_CASE_FIXTURE(proxy_fixture, "a handshake to nobody gets a proper answer") {
    CHECK(
      talk(head("GET /", ask + "Connection: close\r\n")).find("\"code\":\"unknown_pod\",\"hint\":")
      != std::string::npos);
    publish(free_port());
    CHECK(status_of(talk(head("GET /", ask + "Connection: close\r\n"))) == 503);
  }

  TEST_CASE("a silent tunnel ends, and a WebSocket is told why") {
    net::proxy_settings settings;
    settings.tunnel_idle = 40ms;
    proxy_fixture f{settings};
    std::promise<std::string> heard;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send(switched);
      heard.set_value(s.all());
    }};
    f.publish(pod.port());
    auto c = f.connect();
    c.send(f.head("GET /", ask));
    c.until("\r\n\r\n");
    CHECK(c.all() == "\x88\x02\x03\xe9");
    CHECK(heard.get_future().get() == std::string("\x88\x82\0\0\0\0\x03\xe9", 8));
  }

  TEST_CASE("stopping the server ends tunnels") {
    proxy_fixture f;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send(switched);
      s.all();
    }};
    f.publish(pod.port());
    auto c = f.connect();
    c.send(f.head("GET /", ask));
    c.until("\r\n\r\n");
    CHECK(f.http.io.wait(f.http.server->stop(20s)) == 0);
    CHECK(c.all() == "\x88\x02\x03\xe9");
  }

  TEST_CASE_FIXTURE(proxy_fixture, "either end vanishing ends the tunnel") {
    std::promise<void> ended;
    fake_pod pod{[&](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send(switched);
      if (s.exactly(4) == "quit")
        return s.abort();
      s.all();
      ended.set_value();
    }};
    publish(pod.port());
    auto first = connect(), second = connect();
    for (auto* c : {&first, &second}) {
      c->send(head("GET /", ask));
      c->until("\r\n\r\n");
    }
    first.send("quit");
    CHECK(first.all() == "");
    second.send("stay");
    second.abort();
    CHECK(ended.get_future().wait_for(20s) == std::future_status::ready);
  }
}
