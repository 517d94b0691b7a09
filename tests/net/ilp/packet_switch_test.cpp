#include "net/ilp/packet_switch.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"

#include <boost/asio/steady_timer.hpp>

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

namespace {

/// A neighbour that answers as told.
struct canned_link final : ilp_link {
  ilp_handler reply = greedy_receiver{};
  bool up = true;
  std::vector<ilp_prepare> sent;

  asio::awaitable<ilp_reply> send(ilp_prepare p) override {
    sent.push_back(p);
    return reply(std::move(p));
  }
  bool connected() const override { return up; }
};

ilp_handler always(ilp_reply reply) {
  return [reply](ilp_prepare) { return answer_now(reply); };
}

asio::awaitable<ilp_reply> never(ilp_prepare) {
  asio::steady_timer timer{co_await asio::this_coro::executor, 1h};
  co_await timer.async_wait(asio::use_awaitable);
  co_return ilp_fulfill{};
}

struct packet_switch_fixture : ilp_fixture {
  packet_switch_options options{{"test.host", 9, "XRP"}};
  std::shared_ptr<packet_switch> subject;
  std::shared_ptr<canned_link> alice = std::make_shared<canned_link>();
  std::shared_ptr<canned_link> pod = std::make_shared<canned_link>();
  std::shared_ptr<canned_link> uplink = std::make_shared<canned_link>();
  ilp_handler from_alice, from_pod;
  std::vector<uint64_t> told; ///< the pod's balances
  greedy_receiver receiver;

  packet_switch_fixture() { build(); }

  void build() {
    subject = std::make_shared<packet_switch>(io.get_executor(), world, options);
    subject->set_receiver(receiver);
    from_alice = subject->attach(child_group::local, "alice", alice);
    child_policy limited{false, 100, [this](uint64_t b) { told.push_back(b); }};
    from_pod = subject->attach(child_group::child, "pod1", pod, limited);
  }
  ilp_reply send(const ilp_handler& from, std::string to, uint64_t amount = 1,
                 std::chrono::milliseconds left = 30s) {
    return run(from(make_prepare(std::move(to), amount, *now + left)));
  }
  uint64_t pod_balance() { return subject->balance(child_group::child, "pod1").value(); }
};

} // namespace

TEST_SUITE("net/ilp/packet_switch") {
  TEST_CASE_FIXTURE(packet_switch_fixture, "packets find the child, the host or the uplink") {
    subject->set_uplink(uplink);
    CHECK(fulfilled(send(from_alice, "test.host.child.pod1")));
    CHECK(fulfilled(send(from_alice, "test.host.child.pod1.deep.er")));
    CHECK(pod->sent.size() == 2);
    CHECK(fulfilled(send(from_pod, "test.host.local.alice.x")));
    CHECK(alice->sent.size() == 1);
    CHECK(fulfilled(send(from_alice, "test.host.sometoken")));
    CHECK(fulfilled(send(from_alice, "test.host")));
    CHECK(receiver.got->size() == 2);
    CHECK(fulfilled(send(from_alice, "test.hostess.x")));
    CHECK(fulfilled(send(from_alice, "g.far.away")));
    CHECK(uplink->sent.size() == 2);
    CHECK(uplink->sent[1].destination == "g.far.away");
    CHECK(fulfilled(send(subject->uplink_handler(), "test.host.local.alice.x")));
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "a child may pay itself") {
    CHECK(fulfilled(send(from_pod, "test.host.child.pod1.y", 60)));
    CHECK(told == std::vector<uint64_t>{40, 100});
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "what has no way is refused in the switch's name") {
    subject->set_uplink(nullptr);
    for (const auto* to : {"g.far", "test.host.local", "test.host.local.bob", "test.host.child",
                           "test.host.child.pod2.x", "private.x"}) {
      CAPTURE(to);
      const auto reply = send(from_alice, to);
      CHECK(code_of(reply) == "F02");
      CHECK(origin_of(reply) == "test.host");
    }
    subject->set_uplink(uplink);
    CHECK(code_of(send(subject->uplink_handler(), "g.far")) == "F02");
    uplink->up = false;
    CHECK(code_of(send(from_alice, "g.far")) == "T01");
    alice->up = false;
    CHECK(code_of(send(from_pod, "test.host.local.alice")) == "T01");
    subject->set_receiver({});
    CHECK(code_of(send(from_pod, "test.host.token")) == "F02");
    CHECK(pod_balance() == 100);
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "children learn their address and asset") {
    const auto ask = [&](const ilp_handler& from) {
      return parse_ildcp_reply(run(from(make_ildcp_request(*now))));
    };
    CHECK(*ask(from_alice) == ildcp_response{"test.host.local.alice", 9, "XRP"});
    CHECK(*ask(from_pod) == ildcp_response{"test.host.child.pod1", 9, "XRP"});
    const auto host = subject->local_link();
    CHECK(parse_ildcp_reply(run(host->send(make_ildcp_request(*now))))->address == "test.host");
    subject->set_self({"g.parent.host", 6, "EUR"});
    CHECK(*ask(from_alice) == ildcp_response{"g.parent.host.local.alice", 6, "EUR"});
    subject->set_self({});
    CHECK(code_of(run(from_alice(make_ildcp_request(*now)))) == "T01");
    CHECK_FALSE(host->connected());
    CHECK(code_of(send(from_alice, "peer.route.control")) == "F01");
    CHECK(code_of(run(subject->uplink_handler()(make_ildcp_request(*now)))) == "F01");
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "every hop takes a second and leaves a second") {
    const std::string to = "test.host.local.alice";
    for (const auto& [left, code] : {std::pair{0ms, "R02"},
                                     {-5s, "R02"},
                                     {1ms, "R02"},
                                     {1999ms, "R02"},
                                     {2000ms, "fulfilled"}}) {
      CAPTURE(left.count());
      CHECK(code_of(send(from_pod, to, 1, left)) == std::string{code});
    }
    CHECK(alice->sent.back().expires_at == *now + 1s);
    send(from_pod, to, 1, 10s);
    CHECK(alice->sent.back().expires_at == *now + 9s);
    send(from_pod, to, 1, std::chrono::hours{24 * 365 * 400});
    CHECK(alice->sent.back().expires_at == *now + 30s);
    send(from_pod, "test.host.token", 1, 500ms);
    CHECK(receiver.got->back().expires_at == *now + 500ms);
    send(from_pod, "test.host.token", 1, std::chrono::hours{24 * 365 * 400});
    CHECK(receiver.got->size() == 2);
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "a limited child pays first and only for what arrives") {
    CHECK(code_of(send(from_pod, "test.host.token", 101)) == "T04");
    CHECK(told.empty());
    CHECK(fulfilled(send(from_pod, "test.host.token", 30)));
    CHECK(fulfilled(send(from_alice, "test.host.child.pod1", 5)));
    CHECK(told == std::vector<uint64_t>{70, 75});
    CHECK(fulfilled(send(from_pod, "test.host.token", 0)));
    CHECK(pod_balance() == 75);
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "every kind of failure gives the money back") {
    subject->set_uplink(uplink);
    const ilp_fulfill wrong{preimage(8), {}};
    const ilp_reject no{"F99", "g.far", "no", {std::byte{1}}};
    const ilp_reject nameless{"R00", "", "late", {}};
    struct row {
      const char* name;
      ilp_reply reply;
      const char* code;
      const char* by;
    };
    for (const auto& r :
         {row{"rejected", no, "F99", "g.far"}, row{"wrong fulfillment", wrong, "F05", "test.host"},
          row{"link gave up", nameless, "R00", "test.host"}}) {
      CAPTURE(r.name);
      uplink->reply = always(r.reply);
      alice->reply = always(r.reply);
      subject->set_receiver(always(r.reply));
      for (const auto* to : {"g.far", "test.host.local.alice", "test.host.token"}) {
        CAPTURE(to);
        told.clear();
        const auto reply = send(from_pod, to, 40);
        CHECK(code_of(reply) == r.code);
        CHECK(origin_of(reply) == r.by);
        CHECK(told == std::vector<uint64_t>{60, 100});
      }
    }
    uplink->reply = always(no);
    CHECK(std::get<ilp_reject>(send(from_pod, "g.far", 1)) == no);
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "a fulfillment after the expiry is none") {
    alice->reply = [this](ilp_prepare p) {
      *now = p.expires_at;
      return greedy_receiver{}(std::move(p));
    };
    CHECK(code_of(send(from_pod, "test.host.local.alice", 40)) == "R00");
    CHECK(told == std::vector<uint64_t>{60, 100});
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "a receiver that does not answer times out") {
    subject->set_receiver(never);
    CHECK(code_of(send(from_pod, "test.host.token", 40, 20ms)) == "R00");
    CHECK(told == std::vector<uint64_t>{60, 100});
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "children have a pace and a greatest packet") {
    options.packets_per_minute = 2;
    options.max_packet_amount = 50;
    told.clear();
    build();
    const auto big = send(from_alice, "test.host.token", 51);
    CHECK(code_of(big) == "F08");
    CHECK(to_hex(std::get<ilp_reject>(big).data) == "00000000000000330000000000000032");
    CHECK(fulfilled(send(from_alice, "test.host.token", 50)));
    CHECK(code_of(send(from_alice, "test.host.token", 1)) == "T05");
    CHECK(fulfilled(send(from_pod, "test.host.token", 1)));
    *now += 30s;
    CHECK(fulfilled(send(from_alice, "test.host.token", 1)));
    const auto own = subject->local_link();
    for (int i = 0; i < 3; ++i)
      CHECK(fulfilled(run(own->send(make_prepare("test.host.local.alice", 99, *now + 9s)))));
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "the newest connection of an account is used") {
    const auto second = std::make_shared<canned_link>();
    subject->attach(child_group::local, "alice", second);
    send(from_pod, "test.host.local.alice");
    CHECK(second->sent.size() == 1);
    second->up = false;
    send(from_pod, "test.host.local.alice");
    CHECK(alice->sent.size() == 1);
    subject->detach(child_group::local, "alice", alice);
    subject->detach(child_group::local, "alice", second);
    CHECK(code_of(send(from_pod, "test.host.local.alice")) == "F02");
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "a limited account outlives its connections") {
    send(from_pod, "test.host.token", 30);
    subject->detach(child_group::child, "pod1", pod);
    CHECK(code_of(send(from_alice, "test.host.child.pod1")) == "T01");
    CHECK(pod_balance() == 70);
    from_pod = subject->attach(child_group::child, "pod1", pod, child_policy{false, 100, {}});
    CHECK(pod_balance() == 70);
    subject->close_account(child_group::child, "pod1");
    CHECK_FALSE(subject->balance(child_group::child, "pod1"));
    CHECK(code_of(send(from_pod, "test.host.token")) == "T01");
    CHECK(code_of(send(from_alice, "test.host.child.pod1")) == "F02");
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "handlers may outlive the switch") {
    const auto host = subject->local_link();
    subject->stop();
    CHECK(code_of(send(from_alice, "test.host.token")) == "T01");
    CHECK(code_of(run(host->send(make_prepare("g.x", 1, *now + 9s)))) == "F02");
    subject = nullptr;
    CHECK(code_of(send(from_alice, "test.host.token")) == "T01");
    CHECK_FALSE(host->connected());
  }

  TEST_CASE_FIXTURE(packet_switch_fixture, "two switches in a row carry a payment") {
    const auto parent = std::make_shared<packet_switch>(
      io.get_executor(), world, packet_switch_options{{"g.parent", 9, "XRP"}});
    const auto down = std::make_shared<canned_link>();
    down->reply = subject->uplink_handler();
    uplink->reply = parent->attach(child_group::local, "host", down);
    subject->set_uplink(uplink);
    const auto told_self = parse_ildcp_reply(run(uplink->send(make_ildcp_request(*now))));
    subject->set_self(*told_self);
    CHECK(fulfilled(send(from_alice, "g.parent.local.host.child.pod1", 5)));
    CHECK(uplink->sent.size() == 1);
    parent->set_receiver(receiver);
    CHECK(fulfilled(send(from_pod, "g.parent.shop", 20)));
    CHECK(receiver.got->back().expires_at == *now + 29s);
    CHECK(told == std::vector<uint64_t>{105, 85});
  }
}

} // namespace codius::tests
