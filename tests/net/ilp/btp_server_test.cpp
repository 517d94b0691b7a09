#include "tests/net/ilp/btp_server_fixture.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"
#include "tests/net/ilp/raw_peer.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

TEST_SUITE("net/ilp/btp_server") {
  TEST_CASE_FIXTURE(btp_server_fixture, "a refused child is never known as connected") {
    listen();
    const auto socket = dial();
    (void)run(socket->write(hex("06000000010901010461757468"
                                "0000")));
    CHECK(run(socket->read()));
    CHECK_FALSE(run(socket->read()));
    gone();
    CHECK(connected.empty());
    CHECK(disconnected.empty());
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "an account that is not wanted is refused") {
    wanted = false;
    listen();
    const auto socket = dial();
    (void)run(socket->write(hex(auth_frame)));
    CHECK(std::holds_alternative<btp_error>(decode_btp_frame(*run(socket->read()))->body));
    CHECK_FALSE(run(socket->read()));
    CHECK(disconnected.empty());
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "the parent can send, and knows when the child is gone") {
    listen();
    const auto socket = dial();
    (void)run(socket->write(hex(auth_frame)));
    CHECK(run(socket->read()));
    REQUIRE(links.size() == 1);
    CHECK(links[0]->connected());
    const auto reply = begin(links[0]->send(make_prepare("g.a", 1, *now + 30s)));
    const auto sent = decode_btp_frame(*run(socket->read()));
    const ilp_fulfill yes{preimage(7), {}};
    (void)run(socket->write(
      encode(btp_frame{sent->request_id, btp_response{make_ilp_entries(encode(yes))}})));
    until([&] { return reply->has_value(); });
    CHECK(fulfilled(**reply));
    const auto lost = begin(links[0]->send(make_prepare("g.a", 1, *now + 30s)));
    (void)run(socket->read());
    socket->abort();
    until([&] { return lost->has_value(); });
    CHECK(code_of(**lost) == "T01");
    gone();
    CHECK_FALSE(links[0]->connected());
    CHECK(disconnected == connected);
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "a web page gets nothing, not even an answer") {
    listen();
    raw_peer peer{io, subject->port()};
    peer.upgrade("Origin: https://evil.example\r\n");
    CHECK(run(peer.all()) == "");
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "what is no WebSocket gets no further") {
    listen();
    for (const auto* said : {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "\x16\x03\x01garbage\r\n\r\n",
                             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"}) {
      CAPTURE(said);
      raw_peer peer{io, subject->port()};
      peer.say(said);
      const auto answer = run(peer.all());
      CHECK(answer.find("101") == std::string::npos);
    }
    raw_peer endless{io, subject->port()};
    endless.say("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
    run(endless.all());
    gone();
    CHECK(connected.empty());
  }

  TEST_CASE_FIXTURE(btp_server_fixture,
                    "hostile messages end the connection, before and after auth") {
    options.socket.goodbye = 20ms;
    listen();
    struct row {
      const char* name;
      unsigned char first;
      byte_buffer payload;
    };
    for (const auto& r : {row{"text", 0x81, hex(auth_frame)}, row{"garbage", 0x82, hex("ffffffff")},
                          row{"empty", 0x82, {}}, row{"too long", 0x82, byte_buffer(64 * 1024 + 1)},
                          row{"reserved bits", 0xf2, hex(auth_frame)},
                          row{"reserved opcode", 0x83, hex(auth_frame)},
                          row{"continuation of nothing", 0x80, hex(auth_frame)},
                          row{"compressed", 0xc2, hex(auth_frame)}})
      for (const bool authenticated : {false, true}) {
        CAPTURE(r.name);
        CAPTURE(authenticated);
        raw_peer peer{io, subject->port()};
        peer.upgrade();
        CHECK(run(peer.some()).find("101") != std::string::npos);
        if (authenticated) {
          peer.frame(0x82, hex(auth_frame));
          CHECK(as_bytes(run(peer.some())).size() == 2 + 8);
        }
        peer.frame(r.first, r.payload);
        // A close frame at most; the peer never answers it, so the server hangs up by itself.
        CHECK(run(peer.all()).size() <= 4);
      }
    gone();
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "who does not authenticate in time is dropped") {
    options.auth_timeout = 30ms;
    listen();
    raw_peer silent{io, subject->port()};
    raw_peer half{io, subject->port()};
    half.say("GET / HTTP/1.1\r\n");
    raw_peer upgraded{io, subject->port()};
    upgraded.upgrade();
    raw_peer pinging{io, subject->port()};
    pinging.upgrade();
    CHECK(run(pinging.some()).find("101") != std::string::npos);
    pinging.frame(0x89, {});
    CHECK(run(silent.all()) == "");
    CHECK(run(half.all()) == "");
    run(upgraded.all());
    run(pinging.all());
    gone();
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "a ping before auth is answered and no first message") {
    listen();
    raw_peer peer{io, subject->port()};
    peer.upgrade();
    run(peer.some());
    peer.frame(0x89, {});
    CHECK(to_hex(as_bytes(run(peer.some()))) == "8a00");
    peer.frame(0x82, hex(auth_frame));
    CHECK(to_hex(as_bytes(run(peer.some()))) == "82080100000001020100");
    CHECK(connected.size() == 1);
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "a half-open connection is found out") {
    options.socket.idle = 100ms;
    listen();
    raw_peer peer{io, subject->port()};
    peer.upgrade();
    run(peer.some());
    peer.frame(0x82, hex(auth_frame));
    until([&] { return disconnected.size() == 1; });
    gone();
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "connections are bounded") {
    options.max_connections = 2;
    listen();
    const auto first = dial();
    const auto second = dial();
    raw_peer third{io, subject->port()};
    CHECK(run(third.all()) == "");
    first->abort();
    until([&] { return subject->connections() == 1; });
    dial()->abort();
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "an address that cannot be had is told") {
    options.address = "localhost";
    auto server = btp_server::listen(io.get_executor(), world, options, accounts, {});
    CHECK(server.error().code == errc::invalid);
    options.address = "127.0.0.1";
    listen();
    options.port = subject->port();
    server = btp_server::listen(io.get_executor(), world, options, accounts, {});
    CHECK(server.error().code == errc::io);
  }

  TEST_CASE_FIXTURE(btp_server_fixture, "stop ends every connection") {
    listen();
    const auto idle = dial();
    const auto child = dial();
    (void)run(child->write(hex(auth_frame)));
    CHECK(run(child->read()));
    raw_peer raw{io, subject->port()};
    until([&] { return subject->connections() == 3; });
    subject->stop();
    CHECK_FALSE(run(child->read()));
    CHECK_FALSE(run(idle->read()));
    CHECK(run(raw.all()) == "");
    gone();
    CHECK(disconnected.size() == 1);
    links.clear();
    until([&] { return subject.use_count() == 1; });
  }
}

} // namespace codius::tests
