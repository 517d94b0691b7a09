#include "net/http/name_look_up.hpp"

#include "tests/net/http/http_fixture.hpp"

#include <algorithm>

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

using found = codius::result<std::vector<asio::ip::address>>;

found ask(io_threads& io, const net::name_look_up& door, const std::string& host) {
  asio::steady_timer clock{io.front()};
  clock.expires_after(20s);
  return io.wait(door(host, clock.expiry()));
}

} // namespace

TEST_SUITE("net/http/name_look_up") {
  TEST_CASE("a name gives its addresses, an address itself, and nothing what is no name") {
    io_threads io;
    const net::look_up_threads office{2, 8};
    const auto door = office.door();
    const auto self = ask(io, door, "localhost");
    REQUIRE(self);
    CHECK(std::all_of(self->begin(), self->end(), [](const auto& at) { return at.is_loopback(); }));
    // In any notation that the system knows: what counts is the address that comes out.
    for (const char* text : {"127.0.0.1", "2130706433", "0x7f000001", "127.1"}) {
      CAPTURE(text);
      const auto literal = ask(io, door, text);
      REQUIRE(literal);
      CHECK(literal->front() == asio::ip::make_address("127.0.0.1"));
    }
    const auto none = ask(io, door, "no such name");
    REQUIRE_FALSE(none);
    CHECK(none.error().code == errc::unavailable);
  }

  TEST_CASE("without a free thread in time the asker is told that nobody looked") {
    io_threads io;
    const net::look_up_threads nobody{0, 1};
    asio::steady_timer clock{io.front()};
    clock.expires_after(1ms);
    const auto late = io.wait(nobody.door()("localhost", clock.expiry()));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == errc::busy);
  }

  TEST_CASE("a full queue refuses, and so does an office that has closed") {
    io_threads io;
    net::name_look_up door;
    {
      const net::look_up_threads none{1, 0};
      door = none.door();
      CHECK(ask(io, door, "localhost").error().code == errc::busy);
    }
    CHECK(ask(io, door, "localhost").error().code == errc::busy);
  }
}
