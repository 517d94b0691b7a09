// Every rule at once: our policy against a second, independent writing of Erlang's rules.
#include "tests/runtime/actor/instant_world.hpp"

#include <doctest/doctest.h>

using namespace codius::runtime;
using codius::tests::instant_world;
using namespace std::chrono_literals;

namespace {

/// The rules once more, written from the description of Erlang's supervisor and not from our code:
/// synchronous, over a plain list, no phases.
struct otp_model {
  struct kid {
    int key;
    restart when;
    bool live;
  };
  strategy how;
  size_t intensity;
  milliseconds period;
  std::vector<kid> kids;
  std::vector<time_point> restarts;
  std::string trace;
  bool escalated = false;

  void start(kid& k) {
    k.live = true;
    trace += "+" + std::to_string(k.key);
  }
  /// Ends the children from `first` on, youngest first, and drops the temporary ones.
  void terminate(size_t first) {
    for (size_t i = kids.size(); i-- > first;)
      if (kids[i].live) {
        kids[i].live = false;
        trace += "-" + std::to_string(kids[i].key);
        if (kids[i].when == restart::temporary)
          trace += "x" + std::to_string(kids[i].key);
      }
    std::vector<kid> kept;
    for (size_t i = 0; i < kids.size(); ++i)
      if (i < first || kids[i].when != restart::temporary)
        kept.push_back(kids[i]);
    kids = kept;
  }
  void died(int key, exit_kind why, time_point now) {
    const auto at = static_cast<size_t>(
      std::find_if(kids.begin(), kids.end(), [&](const kid& k) { return k.key == key; })
      - kids.begin());
    if (at == kids.size() || !kids[at].live || escalated)
      return;
    kids[at].live = false;
    const bool abnormal = why == exit_kind::error || why == exit_kind::kill;
    const bool again
      = kids[at].when == restart::permanent || (kids[at].when == restart::transient && abnormal);
    if (!again) {
      if (kids[at].when == restart::temporary || how == strategy::simple_one_for_one) {
        trace += "x" + std::to_string(key);
        kids.erase(kids.begin() + static_cast<std::ptrdiff_t>(at));
      }
      return;
    }
    restarts.push_back(now);
    const auto recent = std::count_if(restarts.begin(), restarts.end(),
                                      [&](time_point t) { return now <= t + period; });
    if (static_cast<size_t>(recent) > intensity) {
      escalated = true;
      terminate(0);
      return;
    }
    if (how == strategy::one_for_one || how == strategy::simple_one_for_one)
      return start(kids[at]);
    const size_t first = how == strategy::one_for_all ? 0 : at;
    terminate(first);
    for (size_t i = first; i < kids.size(); ++i)
      start(kids[i]);
  }
  std::string alive() const {
    std::string out;
    for (const auto& k : kids)
      if (k.live)
        out += std::to_string(k.key);
    return out;
  }
};

constexpr strategy strategies[] = {strategy::one_for_one, strategy::one_for_all,
                                   strategy::rest_for_one, strategy::simple_one_for_one};
constexpr restart kinds[] = {restart::permanent, restart::transient, restart::temporary};
constexpr exit_kind exits[]
  = {exit_kind::normal, exit_kind::shutdown, exit_kind::error, exit_kind::kill};

struct death {
  int key;
  exit_kind how;
};

/// Runs both over the same deaths, `gap` apart; true when all that can be seen is equal.
bool agree(strategy how, const std::vector<restart>& when, const std::vector<death>& deaths,
           size_t intensity, milliseconds gap) {
  const restart_rules rules{how, intensity, 5000ms, {}};
  instant_world world{rules};
  otp_model model{how, intensity, 5000ms, {}, {}, {}, false};
  for (size_t i = 0; i < when.size(); ++i) {
    if (how == strategy::simple_one_for_one) {
      (void)world.policy.adopt(when[i], {}, world.now);
      world.alive += std::to_string(i + 1);
    } else {
      (void)world.policy.add(when[i], {});
    }
    model.kids.push_back({static_cast<int>(i + 1), when[i], true});
  }
  world.run(world.policy.begin());
  (void)world.taken();
  for (const auto& d : deaths) {
    if (world.alive.find(std::to_string(d.key)) != std::string::npos)
      world.end(static_cast<child_key>(d.key), d.how);
    model.died(d.key, d.how, world.now);
    if (world.trace != model.trace || world.alive != model.alive()
        || world.finished != model.escalated || world.escalated != model.escalated) {
      MESSAGE("ours: ", world.trace, " alive ", world.alive, "; theirs: ", model.trace, " alive ",
              model.alive());
      return false;
    }
    world.advance(gap);
  }
  return true;
}

} // namespace

TEST_SUITE("runtime/actor/restart_policy_table") {
  TEST_CASE(
    "every strategy, restart kind, exit reason and window edge agrees with Erlang's rules") {
    size_t rows = 0;
    // The gap puts the third death inside, on, or past the edge of a window of 5 s.
    for (auto gap : {0ms, 2499ms, 2500ms, 2501ms, 5000ms, 5001ms})
      for (size_t intensity : {0u, 1u, 2u, 3u})
        for (auto how : strategies)
          for (auto a : kinds)
            for (auto b : kinds)
              for (auto c : kinds)
                for (auto x : exits)
                  for (auto y : exits)
                    for (int key = 1; key <= 3; ++key) {
                      const std::vector<death> deaths{
                        {key, x}, {key % 3 + 1, y}, {key, x}, {(key + 1) % 3 + 1, y}};
                      if (!agree(how, {a, b, c}, deaths, intensity, gap))
                        FAIL("strategy ", static_cast<int>(how), ", intensity ", intensity,
                             ", gap ", gap.count(), ", child ", key);
                      ++rows;
                    }
    CHECK(rows == 6u * 4 * 4 * 27 * 16 * 3);
  }
}
