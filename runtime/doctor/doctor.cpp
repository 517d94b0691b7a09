#include "runtime/doctor/doctor.hpp"

#include "runtime/doctor/checks.hpp"
#include "runtime/doctor/probe.hpp"

#include <csignal>
#include <cstdio>

namespace codius::runtime::doctor {

namespace {

constexpr const char* help
  = "codiusd doctor [--json] [SETTINGS]\n\n"
    "Looks at what a host needs on this machine: programs, kernel, disk, memory, clock, ports,\n"
    "names, ledger, and how the world reaches it. A line each, ok, warn or fail, and below it the\n"
    "line that mends it. Takes the settings of codiusd (codiusd --help), from flags, environment\n"
    "and file. Run it as root, like the host.\n\n"
    "Exit status: 0 nothing failed, 1 something did, 2 wrong setting.\n";

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

} // namespace

int run(std::span<const std::string> arguments, const environment& vars, const env& world) {
  std::vector<std::string> settings;
  bool json = false;
  for (const auto& word : arguments)
    if (word == "--json")
      json = true;
    else
      settings.push_back(word);
  const auto loaded = load_config(settings, vars, world);
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().detail.c_str());
    return 2;
  }
  if (loaded->wanted == command::help) {
    say(help);
    return 0;
  }
  if (loaded->wanted != command::run) {
    std::fprintf(stderr, "doctor takes --json and settings alone\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const auto all = diagnose(probe(loaded->values, world));
  say(json ? as_json(all) : as_text(all));
  return worst(all) == level::fail ? 1 : 0;
}

} // namespace codius::runtime::doctor
