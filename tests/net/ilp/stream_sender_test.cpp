#include "net/ilp/stream_sender.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/mutation.hpp"
#include "tests/net/ilp/stream_fixture.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

TEST_SUITE("net/ilp/stream_sender") {
  TEST_CASE_FIXTURE(stream_pair_fixture, "no route is said in words") {
    on_path = [](const ilp_prepare&) -> std::optional<ilp_reply> {
      return make_reject("F02", "test.hub", "no route\x1b[31m");
    };
    const auto found = finish(sender->connect());
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::unavailable);
    CHECK(found.error().detail == "no rate to be had: F02 from test.hub: no route?[31m");
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "a rate that is known saves the probes") {
    sender = make_sender([](auto& o) { o.rate = stream_rate{1, 1}; });
    REQUIRE(finish(sender->connect()));
    CHECK(packets == 0);
    REQUIRE(finish(sender->wait_ready(10s)));
    CHECK(packets == 1);
    CHECK(sender->peer_asset() == stream_asset{"XRP", 6});
    REQUIRE(server.allow(test_tag, 10));
    sender->set_send_max(10);
    CHECK(finish(sender->run(10s)));
    CHECK(packets == 2);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "packets that nobody answered count as sent") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 1'000'000));
    sender = make_sender([](auto& o) {
      o.rate = stream_rate{1, 1};
      o.max_packet = 100;
    });
    on_path = [](const ilp_prepare& p) -> std::optional<ilp_reply> {
      if (p.amount > 0)
        return make_reject("R00", "", "no answer in time");
      return std::nullopt;
    };
    sender->set_send_max(250);
    const auto outcome = finish(sender->run(600s));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::timed_out);
    CHECK(sender->total_sent() == 0);
    CHECK(sender->total_unresolved() == 250);
    CHECK(packets == 5 + 1 + 3);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "a Fulfill with another preimage ends the payment") {
    REQUIRE(finish(sender->connect()));
    REQUIRE(finish(sender->wait_ready(10s)));
    REQUIRE(server.allow(test_tag, 1'000));
    on_path = [](const ilp_prepare&) -> std::optional<ilp_reply> { return ilp_fulfill{}; };
    sender->set_send_max(10);
    const auto outcome = finish(sender->run(10s));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::rejected);
    CHECK(sender->total_unresolved() == 10);
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "it takes no money itself") {
    REQUIRE(finish(sender->connect()));
    const auto pay = server.generate("test.host", test_token);
    sender = make_sender([&](auto& o) { o.shared_secret = to_buffer(pay.shared_secret); });
    const stream_keys keys{pay.shared_secret};
    struct row {
      const char* name;
      uint64_t amount;
      bool fulfillable;
      const char* code;
    };
    const row rows[]{{"probe", 1'000, false, "F99"},
                     {"money", 1'000, true, "F99"},
                     {"unfulfillable", 0, false, "F99"},
                     {"plain", 0, true, "fulfilled"}};
    for (const auto& r : rows) {
      CAPTURE(r.name);
      auto p = make_stream_prepare({ilp_type_prepare, 4, 0, {frame::stream_data{1, 0, {}}}}, keys,
                                   world, sender->own_address(), r.amount, r.fulfillable, 30s);
      const auto reply = finish(sender->handle(std::move(p)));
      CHECK(code_of(reply) == r.code);
      const auto* f = std::get_if<ilp_fulfill>(&reply);
      const auto inner = open_stream_packet(f ? f->data : std::get<ilp_reject>(reply).data, keys);
      REQUIRE(inner);
      CHECK(inner->sequence == 4);
      CHECK(inner->amount == r.amount);
    }
    auto late = make_stream_prepare({ilp_type_prepare, 4, 0, {}}, keys, world,
                                    sender->own_address(), 0, true, 0ms);
    CHECK(code_of(finish(sender->handle(late))) == "R00");
    late.expires_at += 30s;
    late.data.clear();
    CHECK(code_of(finish(sender->handle(late))) == "F06");
    CHECK_FALSE(sender->ready());
  }

  TEST_CASE_FIXTURE(stream_pair_fixture, "hostile packets and answers never crash it") {
    const auto pay = server.generate("test.host", test_token);
    const stream_keys keys{pay.shared_secret};
    const stream_packet rich{
      ilp_type_reject,
      1,
      5,
      {frame::stream_max_money{1, 500, 1}, frame::stream_data{1, 0, byte_buffer(3)},
       frame::connection_asset_details{"XRP", 9}, frame::connection_new_address{"test.x"}}};
    size_t answers = 0;
    const auto adjust = [&](auto& o) {
      o.destination = pay.address;
      o.shared_secret = to_buffer(pay.shared_secret);
      o.rate = stream_rate{1, 1};
    };
    mutate(encode(rich), [&](byte_view plaintext) {
      sender = make_sender(adjust);
      on_path = [&](const ilp_prepare&) -> std::optional<ilp_reply> {
        ++answers;
        return ilp_reject{"F99", "test.host", "", keys.seal(plaintext, world)};
      };
      sender->set_send_max(1'000);
      (void)finish(sender->run(60s));
      CHECK(sender->total_sent() == 0);
      ilp_prepare p;
      p.expires_at = *now + 30s;
      p.data = keys.seal(plaintext, world);
      (void)finish(sender->handle(std::move(p)));
    });
    CHECK(answers > 1'000);
  }
}

} // namespace codius::tests
