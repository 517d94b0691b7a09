#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace codius::actors {

//            here            up
//  unknown -------> running <----- starting <---+ again
//     |  \            | |             ^  |      |
//     |   absent      | +--- lost ----+  +- fail -> failed
//     |    \-> starting                  |
//     +------ end ----+------- end ------+------ end ---> removing --- gone ---> gone
//                                                        (failed too)
enum class phase : uint8_t { unknown, starting, running, failed, removing, gone };
enum class event : uint8_t { here, absent, up, fail, lost, again, end, gone };

struct edge {
  phase from;
  event on;
  phase to;
};

/// Every legal move of a pod. A pair that is missing here is refused, not ignored.
inline constexpr std::array pod_edges{
  edge{phase::unknown, event::here, phase::running},
  edge{phase::unknown, event::absent, phase::starting},
  edge{phase::unknown, event::end, phase::removing},
  edge{phase::starting, event::up, phase::running},
  edge{phase::starting, event::fail, phase::failed},
  edge{phase::starting, event::end, phase::removing},
  edge{phase::running, event::lost, phase::starting},
  edge{phase::running, event::end, phase::removing},
  edge{phase::failed, event::again, phase::starting},
  edge{phase::failed, event::end, phase::removing},
  edge{phase::removing, event::gone, phase::gone},
  edge{phase::removing, event::again, phase::starting},
};

constexpr std::optional<phase> next(phase from, event on) {
  for (const auto& e : pod_edges)
    if (e.from == from && e.on == on)
      return e.to;
  return std::nullopt;
}

constexpr std::string_view to_string(phase p) {
  switch (p) {
    case phase::unknown: return "unknown";
    case phase::starting: return "starting";
    case phase::running: return "running";
    case phase::failed: return "failed";
    case phase::removing: return "removing";
    case phase::gone: return "gone";
  }
  return "?";
}

static_assert(next(phase::running, event::end) == phase::removing);
static_assert(!next(phase::gone, event::again));

} // namespace codius::actors
