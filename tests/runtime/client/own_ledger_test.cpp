#include "runtime/client/ledger.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

struct own_ledger_fixture : ilp_fixture {
  std::shared_ptr<net::packet_switch> packets = std::make_shared<net::packet_switch>(
    io.get_executor(), world, net::packet_switch_options{{"test.host", 9, "XRP"}});
  greedy_receiver host;
  greedy_receiver world_beyond;

  own_ledger_fixture() { packets->set_receiver(host); }

  std::shared_ptr<client::ledger> open() {
    return client::ledger::of_own_host(io.get_executor(), world, packets);
  }
  net::ilp_prepare to(std::string where) { return make_prepare(std::move(where), 5, *now + 30s); }
};

} // namespace

TEST_SUITE("runtime/client/own_ledger") {
  TEST_CASE_FIXTURE(own_ledger_fixture, "it pays the host itself") {
    const auto own = open();
    CHECK(own->unit() == asset{"XRP", 9});
    CHECK(own->address().starts_with("test.host.local.own-"));
    CHECK(own->connected());
    CHECK(fulfilled(run(own->send(to("test.host.receiver.token")))));
    CHECK(host.got->size() == 1);
  }

  TEST_CASE_FIXTURE(own_ledger_fixture, "it pays nobody else, whoever answers at the public name") {
    struct beyond final : net::ilp_link {
      greedy_receiver to;
      asio::awaitable<net::ilp_reply> send(net::ilp_prepare p) override { return to(std::move(p)); }
      bool connected() const override { return true; }
    };
    const auto uplink = std::make_shared<beyond>();
    packets->set_uplink(uplink);
    const auto own = open();
    for (const char* thief : {"test.other", "test.hostile", "test.host-2.x", "test", "g.thief"}) {
      CAPTURE(thief);
      CHECK(code_of(run(own->send(to(thief)))) == "F02");
    }
    CHECK(uplink->to.got->empty());
    CHECK(host.got->empty());
  }

  TEST_CASE_FIXTURE(own_ledger_fixture, "what comes back reaches the payment") {
    const auto own = open();
    greedy_receiver payment;
    own->attach(own->address() + ".pay", payment);
    CHECK(fulfilled(run(packets->local_link()->send(to(own->address() + ".pay")))));
    CHECK(payment.got->size() == 1);
  }

  TEST_CASE_FIXTURE(own_ledger_fixture, "its account goes with it") {
    auto own = open();
    const auto address = own->address();
    const auto account = address.substr(std::string_view{"test.host.local."}.size());
    CHECK(packets->balance(net::child_group::local, account).has_value());
    own = nullptr;
    CHECK_FALSE(packets->balance(net::child_group::local, account).has_value());
  }

  TEST_CASE_FIXTURE(own_ledger_fixture, "each has an account of its own") {
    CHECK(open()->address() != open()->address());
  }
}
