// No host of an upload is paid before all can be paid.
#include "runtime/client/barrier.hpp"
#include "runtime/client/upload_run.hpp"
#include "tests/runtime/client/many_hosts_fixture.hpp"

#include <boost/asio/io_context.hpp>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;

namespace {

/// Waits at a barrier, and remembers what came of it.
struct visitor {
  asio::awaitable<void> come(barrier& to) {
    const auto fine = co_await to.arrive();
    if (fine)
      passed = true;
    else
      refused = fine.failure();
  }
  bool passed = false;
  std::optional<failure> refused;
};

struct barrier_fixture {
  void come(visitor& who) {
    asio::co_spawn(io, who.come(gate), asio::detached);
    settle();
  }
  void settle() {
    io.restart();
    io.poll();
  }

  asio::io_context io{1};
  stopper stop;
  barrier gate{3, stop};
  visitor a, b, c;
};

} // namespace

TEST_SUITE("runtime/client/barrier") {
  TEST_CASE_FIXTURE(barrier_fixture,
                    "all pass when the last has come, and so does who comes later") {
    come(a);
    come(b);
    CHECK_FALSE((a.passed || b.passed));
    come(c);
    CHECK((a.passed && b.passed && c.passed));
    visitor again;
    come(again);
    CHECK(again.passed);
    gate.call_off();
    CHECK_FALSE(gate.called_off());
    CHECK_FALSE(gate.in_vain().requested());
  }

  TEST_CASE_FIXTURE(barrier_fixture, "one that needs not wait is not waited for") {
    come(a);
    gate.leave();
    CHECK_FALSE(a.passed);
    come(b);
    CHECK((a.passed && b.passed));
  }

  TEST_CASE_FIXTURE(barrier_fixture, "when one cannot, none passes, and the others are told") {
    come(a);
    gate.call_off();
    settle();
    come(b);
    CHECK(gate.called_off());
    CHECK(gate.in_vain().requested());
    for (const auto* who : {&a, &b}) {
      REQUIRE(who->refused);
      CHECK(who->refused->what == "called off, as another host cannot be used");
    }
  }

  TEST_CASE_FIXTURE(barrier_fixture, "a stop ends the wait") {
    come(a);
    stop.request(stop_reason::interrupted);
    settle();
    come(b);
    CHECK_FALSE(gate.called_off());
    for (const auto* who : {&a, &b}) {
      REQUIRE(who->refused);
      CHECK(who->refused->code == exit_code::interrupted);
    }
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "one host that is too dear at the real rate keeps all money here") {
    fake_host host;
    const auto dear = host.another(1000, {.worth = 2});
    CHECK(upload_by_hand({"--host", host.url(), "--host", dear, "--btp", host.ledger()})
          == static_cast<int>(exit_code::payment));
    CHECK(err.find(dear
                   + ": at the exchange rate of the way to the host its price of 0.000001 XRP "
                     "(1000 units) costs 0.000002 XRP (2000 units), and the most to be paid is")
          != err.npos);
    CHECK(err.find("Nothing was paid.") != err.npos);
    CHECK(host.received() == 0);
    CHECK(!std::filesystem::exists(options.state_file));
    // What the person allows, is paid.
    CHECK(upload_by_hand(
            {"--host", host.url(), "--host", dear, "--btp", host.ledger(), "--max-price", "2100"})
          == 0);
    CHECK(host.received() == 2000);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "so does one that is over the monthly rate at the real rate") {
    fake_host host;
    const auto dear = host.another(1000, {.worth = 3});
    const words to{"--host", host.url(), "--host", dear, "--btp", host.ledger(), "-u", "XRP", "-m"};
    auto little = to; // 2000 units for these ten minutes
    little.push_back("0.00876");
    CHECK(upload_by_hand(little) == static_cast<int>(exit_code::payment));
    CHECK(err.find("costs 0.000003001 XRP (3001 units), and the most to be paid is 0.000002")
          != err.npos);
    CHECK(host.received() == 0);
    auto enough = to;
    enough.push_back("0.0135");
    CHECK(upload_by_hand(enough) == 0);
    CHECK(host.received() == 2000);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "one host that cannot be used keeps all money here") {
    struct row {
      const char* name;
      other_plan plan;
      exit_code code;
      const char* said;
    };
    const row rows[] = {
      {"no way to it", {.unknown_to_ledger = true}, exit_code::payment, "the host cannot be paid"},
      {"asks more now", {.asked = "\"1500\""}, exit_code::host, "but its quote was"},
      {"refuses",
       {.before_sale = [](const auto&) { return answer(503, R"({"message":"full"})"); }},
       exit_code::host,
       "full"},
      {"talks nonsense",
       {.before_sale
        = [](const auto&) { return answer(402, "{}", "Pay: interledger-stream x y\r\n"); }},
       exit_code::host,
       "cannot be paid"},
    };
    for (const auto& [name, plan, code, said] : rows) {
      CAPTURE(name);
      fake_host host;
      const auto second = host.another(1000), other = host.another(1000, plan);
      CHECK(upload_by_hand({"--host", host.url(), "--host", other, "--host", second, "--btp",
                            host.ledger(), "--retries", "0"})
            == static_cast<int>(code));
      CHECK(err.find(said) != err.npos);
      CHECK(err.find(other) != err.npos);
      CHECK(err.find("Nothing was paid.") != err.npos);
      CHECK(host.received() == 0);
      CHECK(!std::filesystem::exists(options.state_file));
    }
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "nobody is paid while one is still getting ready") {
    fake_host host;
    std::optional<uint64_t> paid_before;
    const auto slow = host.another(1000, {.before_sale = [&](const tiny_request&) {
                                     if (!paid_before) // it is asked again once it is paid
                                       paid_before = host.received();
                                     return std::optional<std::string>{};
                                   }});
    CHECK(upload_by_hand({"--host", host.url(), "--host", slow, "--btp", host.ledger()}) == 0);
    CHECK(paid_before == 0u);
    CHECK(host.received() == 2000);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "many hosts wait for each other, too") {
    fake_host host;
    words to{"--host", host.url(), "--btp", host.ledger()};
    for (int i = 0; i < 24; ++i) {
      to.emplace_back("--host");
      to.push_back(host.another(1000));
    }
    CHECK(upload_by_hand(to) == 0);
    CHECK(host.received() == 25'000);
  }
}
