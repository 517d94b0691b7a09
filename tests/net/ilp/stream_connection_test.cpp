#include "net/ilp/stream_connection.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/mutation.hpp"
#include "tests/net/ilp/stream_json.hpp"

namespace codius::tests {

using namespace net;

namespace {

const stream_asset xrp{"XRP", 9};

struct connection_fixture {
  stream_connection c{xrp};

  stream_arrival arrive(uint64_t sequence, uint64_t amount, std::vector<stream_frame> frames,
                        bool fulfillable = true, uint64_t minimum = 0) {
    const stream_packet p{ilp_type_prepare, sequence, minimum, std::move(frames)};
    auto a = c.open(p, amount);
    c.decide(a, fulfillable);
    return a;
  }
  stream_arrival pay(uint64_t sequence, uint64_t amount) {
    return arrive(sequence, amount, {frame::stream_money{1, amount}});
  }
  void open_stream(uint64_t limit) {
    const auto hello = arrive(1, 0, {frame::stream_max_data{1, 16'384}});
    REQUIRE(hello.opened == std::vector<uint64_t>{1});
    c.set_limit(1, limit);
  }
};

using verdict = stream_arrival::verdict;

} // namespace

TEST_SUITE("net/ilp/stream_connection") {
  TEST_CASE_FIXTURE(connection_fixture, "packets in flight together never exceed the limit") {
    open_stream(1'000);
    const auto first = pay(2, 600);
    CHECK(first.decision == verdict::fulfill);
    CHECK(pay(3, 600).decision == verdict::refuse);
    const auto rest = pay(4, 404); // a per cent of the room left
    CHECK(rest.decision == verdict::fulfill);
    CHECK(pay(5, 1).decision == verdict::refuse);
    c.release(first);
    CHECK(c.reserved());
    (void)c.accept(rest);
    CHECK_FALSE(c.reserved());
    CHECK(c.received(1) == 404);
    CHECK(pay(6, 596).decision == verdict::fulfill);
  }

  TEST_CASE_FIXTURE(connection_fixture, "a sequence number pays once") {
    open_stream(1'000'000);
    CHECK(pay(2, 10).decision == verdict::fulfill);
    CHECK(pay(2, 10).decision == verdict::refuse);
    CHECK(pay(5'000, 10).decision == verdict::fulfill);
    CHECK(pay(4'999, 10).decision == verdict::fulfill);
    CHECK(pay(3, 10).decision == verdict::refuse); // too long ago to tell
  }

  TEST_CASE_FIXTURE(connection_fixture, "a limit that was withdrawn makes the payer wait") {
    open_stream(1'000);
    c.stop(1);
    CHECK(pay(2, 500).decision == verdict::later);
    CHECK(pay(3, 5'000).decision == verdict::refuse);
    c.set_limit(1, 800);
    CHECK(pay(4, 900).decision == verdict::later);
    CHECK(pay(5, 500).decision == verdict::fulfill);
  }

  TEST_CASE_FIXTURE(connection_fixture, "what is split adds up") {
    for (uint64_t id : {1, 3, 5}) {
      (void)arrive(id, 0, {frame::stream_max_data{id, 1}});
      c.set_limit(id, 1'000);
    }
    const auto a = arrive(
      9, 10, {frame::stream_money{5, 1}, frame::stream_money{3, 1}, frame::stream_money{1, 1}});
    REQUIRE(a.decision == verdict::fulfill);
    CHECK(a.parts == std::map<uint64_t, uint64_t>{{1, 4}, {3, 3}, {5, 3}});
  }

  TEST_CASE_FIXTURE(connection_fixture, "streams, gaps and limits are bounded") {
    for (uint64_t id = 1; id < 5'000; id += 2)
      (void)arrive(id, 0, {frame::stream_max_data{id, 1}, frame::stream_close{id, 1, ""}});
    CHECK(c.stream_open(201) == false);
    const auto a = arrive(9'999, 0, {frame::stream_max_data{4'999, 1}});
    CHECK(a.decision == verdict::refuse);
    CHECK(encode(c.refusal(a)).size() < max_stream_octets);
  }

  TEST_CASE_FIXTURE(connection_fixture, "a gap too many ends the connection") {
    open_stream(0);
    for (uint64_t i = 1; i < 200 && !c.closed(); ++i)
      (void)arrive(i + 1, 0, {frame::stream_data{1, 2 * i, byte_buffer(1)}});
    CHECK(c.closed());
  }

  TEST_CASE_FIXTURE(connection_fixture, "news that did not get through come again") {
    (void)arrive(1, 0,
                 {frame::connection_new_address{"test.client"}, frame::stream_max_data{1, 16'384}});
    c.set_limit(1, 700);
    c.write(1, hex("ff"));
    REQUIRE(c.has_news());
    auto news = c.take_news();
    CHECK_FALSE(c.has_news());
    CHECK(news.size() == 3);
    c.put_back(news);
    CHECK(c.take_news().size() == news.size());
  }

  TEST_CASE("hostile packets never crash a connection, nor take more than allowed") {
    const ilp_vectors file{"stream-packets.json"};
    size_t taken = 0;
    for (dom::element v : file.list("packets"))
      mutate(hex(v, "plaintext"), [&](byte_view bytes) {
        const auto p = decode_stream_packet(bytes);
        if (!p)
          return;
        connection_fixture f;
        f.open_stream(100);
        for (uint64_t amount : {0, 1, 60, 60}) {
          auto a = f.c.open(*p, amount);
          f.c.decide(a, true);
          const auto reply = a.decision == verdict::fulfill ? f.c.accept(a) : f.c.refusal(a);
          CHECK_UNARY(encode(reply).size() < max_stream_octets);
          ++taken;
        }
        CHECK_UNARY(f.c.received(1) <= 101);
      });
    CHECK(taken > 10'000);
  }
}

} // namespace codius::tests
