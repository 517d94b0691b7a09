// The real gossip policy on a simulated network: what a host knows, forgets and pays for it, in
// networks of 100, 1,000 and 10,000 hosts. All hosts begin at once, knowing three bootstrap peers.
#include "tests/support/gossip_world.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace codius;
using namespace codius::tests;

namespace {

constexpr size_t enough = 50;
constexpr size_t most_rounds = 50;
constexpr size_t settled = 60; ///< rounds after which the start is forgotten: who was known first
constexpr size_t steady_rounds = 10;

/// Rounds until `met` holds, asked after each; `most_rounds` when it never does.
template <class Fn>
size_t rounds_until(gossip_world& world, Fn met) {
  for (size_t n = 1; n < most_rounds; ++n) {
    world.run_rounds(1);
    if (met())
      return n;
  }
  return most_rounds;
}

double seconds_of_work() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

long resident_mib() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}

struct figures {
  size_t to_know = 0, to_forget = 0, to_be_found = 0;
  gossip_world::traffic start, steady;
};

figures measure(size_t hosts) {
  gossip_world::settings how;
  how.hosts = hosts;
  gossip_world world{how};
  figures out;
  const auto wanted = std::min(enough, hosts - 1);
  out.to_know = rounds_until(world, [&] { return world.worst().live >= wanted; });
  out.start = world.take_traffic();
  world.run_rounds(settled - out.to_know);
  (void)world.take_traffic();
  world.run_rounds(steady_rounds);
  out.steady = world.take_traffic();
  // Every tenth host ends without a word.
  for (size_t id = how.bootstraps; id < hosts; id += 10)
    world.kill(id);
  out.to_forget = rounds_until(world, [&] { return world.worst().dead == 0; });
  const auto late = world.add_host();
  out.to_be_found = rounds_until(
    world, [&] { return world.knows(late).live >= wanted / 2 && world.known_by(late) >= 3; });
  return out;
}

} // namespace

int main() {
  std::printf("%7s %12s %12s %12s %14s %14s %14s %8s %8s\n", "hosts", "know 50", "forget dead",
              "late joiner", "octets/round", "busiest host", "at the start", "cpu", "memory");
  bool kept = true;
  for (const size_t hosts : {100, 1000, 10'000}) {
    const auto began = seconds_of_work();
    const auto f = measure(hosts);
    std::printf("%7zu %6zu rounds %5zu rounds %5zu rounds %14.0f %14.0f %14.0f %6.1f s %4ld MiB\n",
                hosts, f.to_know, f.to_forget, f.to_be_found, f.steady.mean / steady_rounds,
                static_cast<double>(f.steady.most) / steady_rounds,
                f.start.mean / static_cast<double>(f.to_know), seconds_of_work() - began,
                resident_mib());
    std::fflush(stdout);
    kept = kept && f.to_know <= 20 && f.to_forget <= 30;
  }
  std::printf("%s\n", kept ? "every host knows 50 within 20 rounds and forgets the dead within 30"
                           : "NOT within 20 rounds to know 50 and 30 to forget the dead");
  return kept ? EXIT_SUCCESS : EXIT_FAILURE;
}
