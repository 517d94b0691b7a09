#include "actors/host.hpp"
#include "actors/http_ingress/errors_page.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/system_env.hpp"
#include "runtime/base/version.hpp"
#include "runtime/ctl/ctl.hpp"
#include "runtime/doctor/doctor.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <span>
#include <string_view>
#include <thread>

using namespace codius;

namespace {

// Exit codes, as --help tells them.
constexpr int fine = 0;
constexpr int failed = 1;
constexpr int wrong_setting = 2;

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int fail(const error& why) {
  log::write(log::level::error, "host.failed", {{"err", to_string(why.code)}, {"why", why.detail}});
  return failed;
}

/// Removes every pod and all that was set up for them. For uninstalling, with the host stopped.
int release_host(const runtime::config& cfg) {
  auto lock = runtime::root_dir::open(cfg.root);
  if (!lock)
    return fail(lock.error());
  const auto pods = actors::make_pod_runtime(cfg);
  if (auto ready = pods->prepare_host(); !ready)
    return fail(ready.error());
  auto all = pods->list();
  if (!all)
    return fail(all.error());
  for (const auto& pod : *all) {
    if (auto removed = pods->remove(pod.id); !removed)
      return fail(removed.error());
    log::write(log::level::info, "pod.gone", {{"pod", pod.id.text}});
  }
  if (auto swept = pods->sweep(); !swept)
    return fail(swept.error());
  if (auto released = pods->release_host(); !released)
    return fail(released.error());
  return fine;
}

/// Reads the settings again from where they came at the start.
actors::settings_source source_of(const runtime::loaded_config& loaded,
                                  const std::vector<std::string>& arguments) {
  return {loaded, [arguments] {
            return runtime::load_config(arguments, runtime::read_environment(environ),
                                        runtime::system_env());
          }};
}

int run(const runtime::loaded_config& loaded, const std::vector<std::string>& arguments) {
  const auto& cfg = loaded.values;
  for (const auto& warning : loaded.warnings)
    log::write(log::level::warn, "config.warning", {{"why", warning}});

  // Blocked before any thread starts, so that only the wait below sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGHUP); // reads the settings again
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto host = actors::host::start(cfg, runtime::system_env(), actors::make_pod_runtime(cfg),
                                  source_of(loaded, arguments));
  if (!host)
    return fail(host.error());
  log::write(
    log::level::info, "host.started",
    {{"version", runtime::version}, {"uri", runtime::effective_public_uri(cfg, (*host)->port())}});

  // The supervision giving up ends the wait as a signal does.
  std::thread watcher{[ended = (*host)->ended()] {
    ended.wait();
    ::kill(::getpid(), SIGTERM);
  }};
  int signal = 0;
  while (sigwait(&ends, &signal) == 0 && signal == SIGHUP)
    (*host)->reload("SIGHUP");
  (*host)->stop();
  const auto why = (*host)->ended().get();
  watcher.join();
  if (!why.empty())
    return fail({errc::internal, "the host could not be kept running: " + why});
  log::write(log::level::info, "host.stopped", {});
  return fine;
}

/// The page deploy/errors.md.
int print_errors(std::span<const std::string> arguments, const runtime::environment&, const env&) {
  if (!arguments.empty()) {
    std::fputs("codiusd errors: takes no options; it prints what every error means\n", stderr);
    return wrong_setting;
  }
  say(actors::error_catalogue_markdown());
  return fine;
}

/// What the first word of the command line may ask for instead of a host. Each answers the exit
/// status.
struct subcommand {
  std::string_view name;
  int (*run)(std::span<const std::string> arguments, const runtime::environment& vars,
             const env& world);
};
constexpr subcommand subcommands[] = {
  {"ctl", runtime::ctl::run},
  {"doctor", runtime::doctor::run},
  {"errors", print_errors},
};

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto vars = runtime::read_environment(environ);
  for (const auto& other : subcommands)
    if (!arguments.empty() && arguments.front() == other.name)
      return other.run(std::span{arguments}.subspan(1), vars, runtime::system_env());
  const auto loaded = runtime::load_config(arguments, vars, runtime::system_env());
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().detail.c_str());
    return wrong_setting;
  }
  switch (loaded->wanted) {
    case runtime::command::help: say(runtime::config_help_text()); return fine;
    case runtime::command::version:
      say(std::string{"codiusd "} + runtime::version + "\n");
      return fine;
    case runtime::command::check_config: say(runtime::check_config_text(*loaded)); return fine;
    case runtime::command::release_host:
    case runtime::command::run: break;
  }
  log::configure(loaded->values.log_level, loaded->values.log_format);
  return loaded->wanted == runtime::command::release_host ? release_host(loaded->values)
                                                          : run(*loaded, arguments);
}
