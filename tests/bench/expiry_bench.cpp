// A million pods and their ends. First the list of due times by itself: how many a second are
// entered, moved and taken. Then the actor with a real clock: all of them end within ten seconds;
// how late is who is told last?
#include "actors/expiry_timer/expiry_timer.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <cstdio>
#include <future>
#include <random>

using namespace codius;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr size_t entries = 1'000'000;
constexpr auto spread = 10'000ms; ///< within which all of them end

utc_time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// 52 characters, as the hashes of pods are.
std::string id_of(size_t n) {
  auto digits = std::to_string(n);
  return std::string(52 - digits.size(), 'a') + digits;
}

template <class Fn>
void rate(const char* what, Fn work) {
  const auto begun = clock_type::now();
  work();
  const std::chrono::duration<double> spent = clock_type::now() - begun;
  std::printf("expiry: %-9s %10.0f a second\n", what, static_cast<double>(entries) / spent.count());
}

void list_alone(const std::vector<std::string>& ids) {
  std::mt19937_64 chance{1};
  std::uniform_int_distribution<int64_t> month{1, 2'628'000'000};
  std::vector<utc_time> due(entries);
  std::generate(due.begin(), due.end(),
                [&] { return utc_time{std::chrono::milliseconds{month(chance)}}; });
  actors::due_times list;
  rate("entered", [&] {
    for (size_t i = 0; i < entries; ++i)
      list.set(ids[i], due[i]);
  });
  rate("extended", [&] {
    for (size_t i = 0; i < entries; ++i)
      list.set(ids[i], due[i] + 1h);
  });
  size_t taken = 0;
  rate("taken", [&] {
    while (list.take_due(utc_time::max()))
      ++taken;
  });
  if (taken != entries)
    std::printf("expiry: %zu were taken, not %zu\n", taken, entries);
}

/// Stands where the pod lifecycle does, and counts how late each pod is said to be over.
caf::behavior listener(caf::event_based_actor* self, const std::vector<utc_time>* due,
                       std::promise<std::vector<int64_t>>* out) {
  auto late = std::make_shared<std::vector<int64_t>>();
  late->reserve(entries);
  return {
    [=](const lease_over& m) {
      const auto which = std::stoul(m.id.text.substr(m.id.text.find_first_not_of('a')));
      late->push_back((now() - (*due)[which]).count());
      if (late->size() < entries)
        return;
      out->set_value(std::move(*late));
      self->quit();
    },
  };
}

void with_a_clock(const std::vector<std::string>& ids) {
  caf::actor_system_config cfg;
  cfg.set("scheduler.policy", caf::atom("sharing"));
  cfg.set("scheduler.max-threads", size_t{2});
  caf::actor_system sys{cfg};
  std::promise<std::vector<int64_t>> told;
  std::mt19937_64 chance{2};
  std::uniform_int_distribution<int64_t> within{0, spread.count()};
  // Sending a million messages takes a while: nobody is due before it is over.
  const auto first = now() + 5s;
  std::vector<utc_time> due(entries);
  std::generate(due.begin(), due.end(),
                [&] { return first + std::chrono::milliseconds{within(chance)}; });
  sys.registry().put(role::pods, caf::actor_cast<caf::strong_actor_ptr>(
                                   sys.spawn(listener, &due, &told)));
  const auto timer = sys.spawn(actors::expiry_timer, env{now, {}});
  for (size_t i = 0; i < entries; ++i)
    caf::anon_send(timer, watch_lease{{ids[i]}, due[i]});
  if (now() > first)
    std::printf("expiry: the entries took too long, what follows is too late by that\n");
  auto late = told.get_future().get();
  std::sort(late.begin(), late.end());
  const auto at = [&](double part) { return late[static_cast<size_t>(part * (entries - 1))]; };
  std::printf("expiry: told, 100,000 a second: median %ld ms late, 99.9th percentile %ld ms, last "
              "%ld ms; earliest %ld ms\n",
              at(0.5), at(0.999), late.back(), late.front());
  caf::anon_send_exit(timer, caf::exit_reason::user_shutdown);
  sys.registry().erase(role::pods);
}

} // namespace

int main() {
  std::vector<std::string> ids(entries);
  for (size_t i = 0; i < entries; ++i)
    ids[i] = id_of(i);
  list_alone(ids);
  with_a_clock(ids);
}
