#include "net/ilp/stream_packet.hpp"
#include "net/ilp/stream_server.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/mutation.hpp"
#include "tests/net/ilp/stream_fixture.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

namespace {

/// A payer that builds every packet by hand.
struct server_fixture : stream_pair_fixture {
  pay_details pay = server.generate("test.host", test_token);
  stream_keys keys{pay.shared_secret};
  uint64_t sequence = 0;

  ilp_prepare make(uint64_t amount, std::vector<stream_frame> frames, bool fulfillable = true,
                   std::chrono::milliseconds expires = 30s) {
    const stream_packet p{ilp_type_prepare, ++sequence, 0, std::move(frames)};
    return make_stream_prepare(p, keys, world, pay.address, amount, fulfillable, expires);
  }
  ilp_prepare money(uint64_t amount) { return make(amount, {frame::stream_money{1, amount}}); }
  ilp_reply ask(ilp_prepare p) { return finish(server.handle(std::move(p))); }

  std::vector<stream_frame> frames_in(const ilp_reply& reply) {
    const auto* f = std::get_if<ilp_fulfill>(&reply);
    const auto p = open_stream_packet(f ? f->data : std::get<ilp_reject>(reply).data, keys);
    REQUIRE(p);
    return p->frames;
  }
  template <class Frame>
  std::optional<Frame> find(const ilp_reply& reply) {
    for (const auto& f : frames_in(reply))
      if (const auto* x = std::get_if<Frame>(&f))
        return *x;
    return std::nullopt;
  }
  void open_stream() {
    CHECK(fulfilled(ask(make(0, {frame::stream_max_data{1, 16'384}}))));
    REQUIRE(server.has_stream(test_tag));
  }
};

} // namespace

TEST_SUITE("net/ilp/stream_server") {
  TEST_CASE_FIXTURE(server_fixture, "the ready octet comes with the reply that opens the stream") {
    const auto reply = ask(money(5'000));
    CHECK(code_of(reply) == "F99");
    CHECK(origin_of(reply) == "test.host");
    CHECK(find<frame::stream_data>(reply) == frame::stream_data{1, 0, {std::byte{0xff}}});
    CHECK(find<frame::stream_max_money>(reply) == frame::stream_max_money{1, 0, 0});
    CHECK_FALSE(find<frame::stream_data>(ask(money(1))));
  }

  TEST_CASE_FIXTURE(server_fixture, "what the application allows when told is in the same reply") {
    REQUIRE_FALSE(server.allow(test_tag, 1));
    auto d = server_deps();
    stream_server* eager = nullptr;
    d.on_stream = [&](std::string tag) { REQUIRE(eager->allow(tag, 700)); };
    stream_server other{std::move(d)};
    eager = &other;
    CHECK(fulfilled(finish(other.handle(money(700)))));
    CHECK(booked[test_tag] == 700);
  }

  TEST_CASE_FIXTURE(server_fixture, "packets that are not for us are refused, each with its code") {
    auto unknown = money(10);
    unknown.destination = "test.host.AAAAAAAAAAAAAAAAAAAAAAAA";
    auto bare = money(10);
    bare.destination = "test.host";
    auto junk = money(10);
    junk.data = byte_buffer(40, std::byte{1});
    auto empty = money(10);
    empty.data.clear();
    auto late = money(10);
    late.expires_at = *now;
    const stream_packet p{ilp_type_fulfill, 1, 0, {}};
    const auto wrong_type = make_stream_prepare(p, keys, world, pay.address, 1, true, 30s);
    struct row {
      const char* name;
      ilp_prepare packet;
      const char* code;
    };
    const row rows[]{
      {"unknown token", unknown, "F02"},
      {"no token", bare, "F02"},
      {"undecryptable", junk, "F06"},
      {"no data", empty, "F06"},
      {"not a Prepare", wrong_type, "F06"},
      {"expired", late, "R00"},
      {"too little time left", make(10, {frame::stream_money{1, 1}}, true, 499ms), "T00"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      const auto reply = ask(r.packet);
      CHECK(code_of(reply) == r.code);
      CHECK(std::get<ilp_reject>(reply).data.empty());
    }
    CHECK(server.connections() == 0);
    CHECK(code_of(ask(make(10, {}, false, 499ms))) == "F99"); // probes cost nothing
    auto deeper = make(0, {});
    deeper.destination += ".more.segments";
    CHECK(fulfilled(ask(deeper)));
  }

  TEST_CASE_FIXTURE(server_fixture, "a packet pays once, even byte for byte") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    const auto packet = money(10);
    CHECK(fulfilled(ask(packet)));
    CHECK(code_of(ask(packet)) == "F99");
    CHECK(booked[test_tag] == 10);
  }

  TEST_CASE_FIXTURE(server_fixture, "packets that are being booked leave no room for more") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    auto first = begin(server.handle(money(700)));
    auto second = begin(server.handle(money(700)));
    auto third = begin(server.handle(money(300)));
    until_done([&] { return first->has_value() && second->has_value() && third->has_value(); });
    CHECK(fulfilled(**first));
    CHECK(code_of(**second) == "F99");
    CHECK(fulfilled(**third));
    CHECK(booked[test_tag] == 1'000);
    CHECK(server.received(test_tag) == 1'000);
  }

  TEST_CASE_FIXTURE(server_fixture, "the per cent too much is booked too") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    CHECK(code_of(ask(money(1'011))) == "F99");
    CHECK(fulfilled(ask(money(1'010))));
    CHECK(booked[test_tag] == 1'010);
    CHECK(code_of(ask(money(1))) == "F99");
  }

  TEST_CASE_FIXTURE(server_fixture, "what was booked is fulfilled, although it took too long") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    auto packet = money(10);
    packet.expires_at = *now + 600ms;
    auto reply = begin(server.handle(std::move(packet)));
    settle();
    *now += 10s;
    until_done([&] { return reply->has_value(); });
    CHECK(fulfilled(**reply));
  }

  TEST_CASE_FIXTURE(server_fixture, "money without an owner is refused") {
    const auto anonymous = server.generate("test.host", {});
    keys = stream_keys{anonymous.shared_secret};
    pay = anonymous;
    CHECK(fulfilled(ask(make(0, {frame::stream_max_data{1, 1}}))));
    CHECK(code_of(ask(money(10))) == "F99");
    CHECK_FALSE(server.allow("", 10));
    CHECK(streams.empty());
    CHECK(booked.empty());
  }

  TEST_CASE_FIXTURE(server_fixture, "only the first stream pays, and it survives the others") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    const auto reply = ask(make(10, {frame::stream_money{3, 1}}));
    CHECK(code_of(reply) == "F99");
    CHECK(find<frame::stream_close>(reply)->stream_id == 3);
    CHECK(fulfilled(ask(money(10))));
    CHECK(server.has_stream(test_tag));
  }

  TEST_CASE_FIXTURE(server_fixture, "a client that closes is gone") {
    open_stream();
    const auto reply = ask(make(0, {frame::connection_close{1, ""}}, false));
    CHECK(code_of(reply) == "F99");
    CHECK_FALSE(server.has_stream(test_tag));
    CHECK_FALSE(server.allow(test_tag, 5));
    CHECK(code_of(ask(money(5))) == "F99");
    CHECK(fulfilled(ask(make(0, {frame::stream_close{1, 1, ""}}))));
  }

  TEST_CASE_FIXTURE(server_fixture, "D-35 silent connections go after a minute, collecting ones later") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    advance(119s);
    CHECK(server.has_stream(test_tag));
    advance(2s);
    CHECK(server.connections() == 0);
    CHECK_FALSE(server.has_stream(test_tag));
    CHECK(timers.empty()); // an idle server does not even tick
    open_stream();
    advance(59s);
    CHECK(fulfilled(ask(make(0, {}))));
    advance(59s);
    CHECK(server.connections() == 1);
    advance(2s);
    CHECK(server.connections() == 0);
  }

  TEST_CASE_FIXTURE(server_fixture, "the oldest connection that owes nothing makes room") {
    stream_server_limits few;
    few.connections = 3;
    stream_server small{server_deps(), few};
    const auto knock = [&](std::byte tag) {
      pay = small.generate("test.host", byte_buffer(16, tag));
      keys = stream_keys{pay.shared_secret};
      auto hello = make(0, {frame::stream_max_data{1, 1}});
      return finish(small.handle(std::move(hello)));
    };
    const auto tag_of = [](int n) { return to_hex(byte_buffer(16, std::byte(n))); };
    for (int n = 1; n <= 5; ++n)
      CHECK(fulfilled(knock(std::byte(n))));
    CHECK(small.connections() == 3);
    CHECK_FALSE(small.has_stream(tag_of(2)));
    CHECK(small.has_stream(tag_of(3)));
    for (int n = 3; n <= 5; ++n)
      REQUIRE(small.allow(tag_of(n), 10));
    CHECK(code_of(knock(std::byte{6})) == "T03");
    small.stop_receiving(tag_of(4));
    CHECK(fulfilled(knock(std::byte{6})));
    CHECK_FALSE(small.has_stream(tag_of(4)));
    CHECK(small.has_stream(tag_of(3)));
  }

  TEST_CASE_FIXTURE(server_fixture, "answers wait until the address is known") {
    auto d = server_deps();
    d.own_address = [] { return std::string{}; };
    stream_server early{std::move(d)};
    CHECK(code_of(finish(early.handle(make(0, {})))) == "T00");
  }

  TEST_CASE_FIXTURE(server_fixture, "a ledger that throws is one that fails") {
    auto d = server_deps();
    d.credit = [](std::string, uint64_t) -> asio::awaitable<status> {
      throw std::runtime_error{"bug"};
      co_return ok();
    };
    stream_server other{std::move(d)};
    (void)finish(other.handle(make(0, {frame::stream_max_data{1, 1}})));
    REQUIRE(other.allow(test_tag, 10));
    CHECK(code_of(finish(other.handle(money(10)))) == "T00");
  }

  TEST_CASE_FIXTURE(server_fixture, "hostile packets are answered, and never crash") {
    open_stream();
    REQUIRE(server.allow(test_tag, 1'000));
    const stream_packet rich{ilp_type_prepare,
                             100,
                             0,
                             {frame::connection_new_address{"test.client"},
                              frame::connection_asset_details{"XRP", 9}, frame::stream_money{1, 3},
                              frame::stream_data{1, 0, byte_buffer(9)},
                              frame::stream_max_money{3, 1, 1}, frame::stream_close{5, 1, "x"}}};
    size_t answers = 0;
    const auto send = [&](byte_buffer data) {
      ilp_prepare p;
      p.amount = answers % 3;
      p.expires_at = *now + 30s;
      p.destination = pay.address;
      p.execution_condition = sha256(keys.fulfillment(data));
      p.data = std::move(data);
      (void)ask(std::move(p));
      ++answers;
    };
    mutate(encode(rich), [&](byte_view plaintext) { send(keys.seal(plaintext, world)); });
    mutate(keys.seal(encode(rich), world), [&](byte_view data) { send(to_buffer(data)); });
    CHECK(answers > 1'000);
    CHECK(booked[test_tag] <= 1'010);
  }
}

} // namespace codius::tests
