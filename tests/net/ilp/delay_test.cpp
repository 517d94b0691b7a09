#include "net/ilp/delay.hpp"
#include "tests/net/ilp/stream_fixture.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

TEST_SUITE("net/ilp/delay") {
  TEST_CASE_FIXTURE(stream_fixture, "a wait ends with the news, or with its time") {
    wake_up w{io.get_executor(), after};
    auto waiting = begin(w.wait(10s));
    settle();
    CHECK_FALSE(waiting->has_value());
    w.notify();
    settle();
    CHECK(**waiting == true);
    CHECK(timers.empty());
    waiting = begin(w.wait(10s));
    advance(9s);
    CHECK_FALSE(waiting->has_value());
    advance(1s);
    CHECK(**waiting == false);
  }

  TEST_CASE_FIXTURE(stream_fixture, "news before the wait are not lost") {
    wake_up w{io.get_executor(), after};
    w.notify();
    auto waiting = begin(w.wait(10s));
    settle();
    CHECK(**waiting == true);
  }

  TEST_CASE_FIXTURE(stream_fixture, "one that goes away during a wait takes its timer along") {
    auto w = std::make_unique<wake_up>(io.get_executor(), after);
    auto waiting = begin(w->wait(10s));
    settle();
    w.reset();
    CHECK(timers.empty());
    CHECK_FALSE(waiting->has_value());
  }

  TEST_CASE_FIXTURE(stream_fixture, "the machine's clock fires once, unless it is called off") {
    const auto real = steady_delay(io.get_executor());
    int fired = 0;
    const auto cancel = real(0ms, [&] { ++fired; });
    const auto never = real(0ms, [&] { fired += 100; });
    never();
    until([&] { return fired > 0; });
    cancel();
    settle();
    CHECK(fired == 1);
  }
}

} // namespace codius::tests
