#include "runtime/store/refund.hpp"
#include "tests/runtime/store/store_fixture.hpp"

#include <map>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

struct evict_fixture : kept_fixture {
  pod_evicted evict(char pod) {
    auto out = commit([&] { return s->evict({id_of(pod), "abuse"}); });
    REQUIRE(out);
    return *out;
  }
  uint64_t credited(char pod) {
    uint64_t sum = 0;
    for (const auto& line : evict(pod).credited)
      sum += line.amount;
    return sum;
  }
  purchase_state state_of(uint8_t token) {
    return commit([&] { return s->token({token_of(token)}); })->purchases.front().state;
  }
};

} // namespace

TEST_SUITE("runtime/store/evict") {
  TEST_CASE("a refund is exact and rounded down") {
    CHECK(runtime::refund_of(100, 600s, 300s) == 50);
    CHECK(runtime::refund_of(100, 600s, 599'999ms) == 99);
    CHECK(runtime::refund_of(100, 600s, 600s) == 100);
    CHECK(runtime::refund_of(100, 600s, 700s) == 100);
    CHECK(runtime::refund_of(100, 600s, 0s) == 0);
    CHECK(runtime::refund_of(100, 600s, -5s) == 0);
    CHECK(runtime::refund_of(0, 600s, 300s) == 0);
    CHECK(runtime::refund_of(1, 600s, 599s) == 0);
    CHECK(runtime::refund_of(max_amount, 315'360'000s, 315'359'999s) < max_amount);
    CHECK(runtime::refund_of(max_amount, 2s, 1s) == max_amount / 2);
  }

  TEST_CASE_FIXTURE(evict_fixture,
                    "what did not run goes back to whoever bought it, the newest time first") {
    (void)sold(1, 'a', 600s, 100);
    const auto more = buy(sale_kind::extend, 2, 'a', 300s, 90);
    (void)commit([&] { return s->deliver({more.id}); });
    world.advance(400s); // 500 s are left: all of the second, 200 s of the first
    CHECK(credited('a') == 90 + 33);
    CHECK(credit_of(1) == 33);
    CHECK(credit_of(2) == 90);
    CHECK(totals().earned == 67);
    CHECK(totals().refunded == 33 + 90);
    CHECK(totals().credit == 123);
    CHECK(state_of(1) == purchase_state::credited);
    const auto pod = *commit([&] { return s->record(id_of('a')); });
    CHECK(pod.phase == pod_phase::expiring);
    CHECK(pod.expires_at == *world.now);
    CHECK(count("pod.evicted") == 1);
    CHECK(flaw().empty());
  }

  TEST_CASE_FIXTURE(evict_fixture,
                    "what was paid for a pod is told by asset, without what went back") {
    const auto paid
      = [&](char pod) { return commit([&] { return s->money_of({{id_of(pod)}}); })->of.front(); };
    CHECK(paid('a').paid.empty());
    (void)sold(1, 'a', 600s, 100);
    (void)buy(sale_kind::extend, 2, 'a', 300s, 90);
    (void)open(sale_kind::extend, 3, 'a', 300s, 70); // and never paid
    REQUIRE(paid('a').paid.size() == 1);
    CHECK(paid('a').paid[0].unit == unit);
    CHECK(paid('a').paid[0].amount == 190);
    CHECK(paid('a').purchases == 2);
    CHECK(paid('a').latest.front().duration == 300s);
    world.advance(100s);
    (void)evict('a');
    CHECK(paid('a').purchases == 0);
  }

  TEST_CASE_FIXTURE(evict_fixture, "a purchase whose time has run stays as it was") {
    (void)sold(1, 'a', 600s, 100);
    const auto more = buy(sale_kind::extend, 2, 'a', 300s, 90);
    (void)commit([&] { return s->deliver({more.id}); });
    world.advance(700s);
    CHECK(evict('a').purchases == 1);
    CHECK(credit_of(1) == 0);
    CHECK(credit_of(2) == 60);
    CHECK(state_of(1) == purchase_state::delivered);
  }

  TEST_CASE_FIXTURE(evict_fixture, "what was paid and not delivered goes back whole, once") {
    const auto p = buy(sale_kind::upload, 1, 'a', 600s, 100);
    world.advance(100s);
    CHECK(credited('a') == 100);
    // What the pod lifecycle does about the purchase that it has in hand.
    CHECK(commit([&] { return s->deliver({p.id}); })->state == purchase_state::credited);
    CHECK(commit([&] { return s->credit({p.id, "gone"}); })->credit == 100);
    CHECK(totals().credit == 100);
    CHECK(totals().earned == 0);
    CHECK(totals().refunded == 0);
  }

  TEST_CASE_FIXTURE(evict_fixture, "twice is once, and an unknown pod is unknown") {
    (void)sold(1, 'a');
    CHECK(credited('a') == 100);
    CHECK(credited('a') == 0);
    CHECK(count("pod.evicted") == 1);
    CHECK_FALSE(commit([&] { return s->forget({id_of('a')}); })->bought_again);
    CHECK(commit([&] { return s->evict({id_of('a'), {}}); }).error().code == errc::unknown_pod);
  }

  TEST_CASE_FIXTURE(evict_fixture, "money that comes for an extension after the end is credit") {
    (void)sold(1, 'a');
    (void)open(sale_kind::extend, 2, 'a', 60s, 10);
    (void)evict('a');
    const auto late = book(2, 10);
    REQUIRE(late.paid);
    CHECK(late.paid->state == purchase_state::credited);
    CHECK(credit_of(2) == 10);
  }

  TEST_CASE_FIXTURE(evict_fixture, "an extension that is paid just before is given back, too") {
    (void)sold(1, 'a');
    (void)open(sale_kind::extend, 2, 'a', 60s, 10);
    REQUIRE(book(2, 10).paid); // paid, not delivered
    CHECK(credited('a') == 110);
    CHECK(credit_of(2) == 10);
  }

  TEST_CASE_FIXTURE(evict_fixture, "the credit buys the same again, as a new sale") {
    (void)sold(1, 'a');
    (void)evict('a');
    (void)commit([&] { return s->forget({id_of('a')}); });
    const auto again = open(sale_kind::upload, 1, 'a', 600s, 100);
    CHECK_FALSE(again.repeat);
    CHECK(again.sale.state == purchase_state::owed);
    CHECK(credit_of(1) == 0);
  }

  TEST_CASE_FIXTURE(evict_fixture, "a pod bought anew while it was removed can be evicted, too") {
    (void)sold(1, 'a');
    world.advance(600s);
    (void)commit([&] { return s->expire({id_of('a')}); });
    (void)buy(sale_kind::upload, 2, 'a', 600s, 100);
    CHECK(credited('a') == 100);
    CHECK(credit_of(1) == 0);
    CHECK_FALSE(commit([&] { return s->forget({id_of('a')}); })->bought_again);
  }

  TEST_CASE_FIXTURE(evict_fixture, "a clock that was set back gives nobody more than was paid") {
    (void)sold(1, 'a');
    world.advance(-1h);
    CHECK(credited('a') == 100);
    CHECK(totals().earned == 0);
  }

  TEST_CASE_FIXTURE(evict_fixture, "a batch that is cut off leaves the pod with its time") {
    (void)sold(1, 'a');
    const auto before = *commit([&] { return s->record(id_of('a')); });
    REQUIRE(s->begin());
    REQUIRE(s->evict({id_of('a'), {}}));
    reopen(); // as after kill -9
    const auto after = *commit([&] { return s->record(id_of('a')); });
    CHECK(after.phase == before.phase);
    CHECK(after.expires_at == before.expires_at);
    CHECK(credit_of(1) == 0);
    CHECK(count("pod.evicted") == 0);
  }

  // Random histories of three pods against a model that only knows stacks of bought time.
  TEST_CASE("money is conserved, and refunds are what a plain model says, whatever happens") {
    struct piece {
      uint64_t price;
      std::chrono::milliseconds time;
    };
    uint64_t evictions = 0;
    for (uint64_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      evict_fixture f;
      uint64_t z = seed * 0x9e3779b97f4a7c15ull;
      const auto below = [&](uint64_t n) {
        z ^= z << 13, z ^= z >> 7, z ^= z << 17;
        return z % n;
      };
      std::map<char, std::vector<piece>> stacks;
      std::map<char, utc_time> ends;
      uint64_t paid_in = 0;
      uint8_t token = 0;
      for (int step = 0; step < 40; ++step) {
        const char pod = static_cast<char>('a' + below(3));
        const bool here = ends.contains(pod);
        switch (below(4)) {
          case 0:
          case 1: {
            const std::chrono::seconds time{1 + below(1000)};
            const uint64_t price = below(5000);
            const auto kind = here && below(2) == 0 ? sale_kind::extend : sale_kind::upload;
            const auto p = f.buy(kind, ++token, pod, time, price);
            REQUIRE(f.commit([&] { return f.s->deliver({p.id}); }));
            paid_in += price;
            ends[pod] = (here ? ends[pod] : *f.world.now) + time;
            stacks[pod].push_back({price, time});
            break;
          }
          case 2: {
            f.world.advance(std::chrono::milliseconds{below(400'000)});
            for (auto at = ends.begin(); at != ends.end();) {
              if (at->second > *f.world.now) {
                ++at;
                continue;
              }
              (void)f.commit([&] { return f.s->expire({id_of(at->first)}); });
              (void)f.commit([&] { return f.s->forget({id_of(at->first)}); });
              stacks.erase(at->first);
              at = ends.erase(at);
            }
            break;
          }
          case 3: {
            if (!here)
              break;
            uint64_t expected = 0;
            std::chrono::milliseconds left = ends[pod] - *f.world.now;
            for (auto at = stacks[pod].rbegin(); at != stacks[pod].rend(); ++at) {
              const auto part = std::min(left, at->time);
              expected += at->price * static_cast<uint64_t>(part.count())
                          / static_cast<uint64_t>(at->time.count());
              left -= part;
            }
            CHECK(f.credited(pod) == expected);
            CHECK_FALSE(f.commit([&] { return f.s->forget({id_of(pod)}); })->bought_again);
            stacks.erase(pod);
            ends.erase(pod);
            ++evictions;
            break;
          }
        }
        CHECK(f.totals().received == paid_in);
      }
      CHECK(f.totals().owed == 0);
      CHECK(f.flaw().empty());
    }
    CHECK(evictions > 100);
  }
}
