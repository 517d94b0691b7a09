#pragma once
#include "runtime/doctor/facts.hpp"

#include <span>
#include <string_view>

namespace codius::runtime::doctor {

enum class level : uint8_t { ok, warn, fail };
const char* to_string(level l) noexcept;

/// What one check says. `mend`: the line that mends it, a command or an edit; empty when fine.
struct finding {
  level how = level::ok;
  std::string what;
  std::string mend;
};

/// One check: pure, over what was found out. Its name is stable, for scripts.
struct check {
  std::string_view name;
  finding (*judge)(const facts&);
};

/// All, in the order in which they are shown.
std::span<const check> checks();

struct diagnosis {
  std::string_view name;
  finding found;
};
std::vector<diagnosis> diagnose(const facts& f);
/// The worst of all.
level worst(const std::vector<diagnosis>& all);

/// For a person: a line a check, and below it what mends it.
std::string as_text(const std::vector<diagnosis>& all);
/// For scripts: {"verdict", "checks": [{"name", "level", "what", "mend"}]}.
std::string as_json(const std::vector<diagnosis>& all);

// The parts of `checks`, by what they are about.
std::span<const check> machine_checks();
std::span<const check> place_checks();

} // namespace codius::runtime::doctor
