#include "runtime/client/extend.hpp"

#include "runtime/client/extend_hash.hpp"
#include "runtime/client/pay_token_option.hpp"
#include "runtime/client/state_run.hpp"
#include "runtime/client/text.hpp"

#include <array>

namespace codius::client {

namespace {

constexpr option_spec extend_specs[] = {
  option_spec{"-d,--duration", "TIME",
              "How much longer: seconds, or a number with m, h, d or w. Default: as last time."},
  option_spec{
    "--keep", "TIME",
    "Instead of --duration: buy what is missing, so that so much time is left. Hosts that "
    "have it are not asked."},
  options::max_monthly_rate,
  options::units,
  options::max_price,
  options::state_file,
  options::yes,
  options::btp,
  options::timeout,
  options::retries,
  options::json,
};

constexpr option_spec extend_hash_specs[] = {
  options::hosts,
  option_spec{"-d,--duration", "TIME", "How much longer. Default 600 seconds."},
  options::max_monthly_rate,
  options::units,
  options::max_price,
  options::pay_token,
  options::yes,
  options::btp,
  options::timeout,
  options::retries,
  options::json,
};

constexpr positional_spec pod_place[] = {
  {"POD", "The manifest's hash, with --host; or the pod's address, as HASH.host.example.", 1, 1}};

result<extend_options> read_extend_options(const given_options& given, pod_state& state,
                                           const environment_lookup& variable) {
  extend_options out;
  option_reader in{given};
  out.duration = state.duration().value_or(out.duration);
  out.max_monthly = state.monthly();
  out.monthly_named = out.max_monthly.has_value();
  in.time("duration", out.duration);
  std::chrono::seconds keep{0};
  in.time("keep", keep);
  if (in.on("keep"))
    out.keep = keep;
  if (in.on("keep") && in.on("duration"))
    in.say("--keep and --duration are two ways to say how long: give one");
  read_buy_options(in, variable, out);
  if (!in.wrong().empty())
    return error{errc::invalid, in.wrong()};
  return out;
}

outcome<run_report> extend(const given_options& given, const program_world& world) {
  const auto it = given.find("codius-state-file");
  const auto named = it == given.end() ? std::nullopt : std::optional{it->second.front()};
  const auto path = find_state_file(named);
  if (!path)
    return path.failure();
  auto state = read_state_file(*path);
  if (!state)
    return state.failure();
  auto options = read_extend_options(given, *state, world.variable);
  if (!options)
    return failure{exit_code::user, options.error().detail, "Try codius extend --help"};
  if (!options->assume_yes && world.streams.question_fd < 0)
    return failure{exit_code::user, "nobody can be asked whether to pay: there is no terminal",
                   "Add -y to pay without asking, and --max-price to set a limit"};
  if (state->hosts().empty())
    return failure{exit_code::user, printable(*path) + " names no host that runs the pod",
                   "codius upload takes up what is unfinished"};
  options->state_path = *path;
  state_run run{*options, *std::move(state), world, "extend"};
  return run.run();
}

int run_extend(const given_options& given, const program_world& world) {
  const bool as_json = given.contains("json");
  auto report = extend(given, world);
  run_report shown{.command = "extend", .hosts = {}, .why = {}};
  if (report)
    shown = *std::move(report);
  else
    shown.why = report.failure();
  if (!shown.why && shown.hosts.empty()) { // all have enough
    world.streams.out(as_json ? "{\"ok\":true,\"hosts\":[]}\n" : "Nothing had to be paid.\n");
    return 0;
  }
  return tell(shown, as_json, world.world.utc_now(), world.streams);
}

constexpr command_spec commands[] = {
  {"extend", "Pay for more time, at all hosts that run the pod of an upload.", extend_specs,
   "A pod that has expired is started anew, by the same payment. Where time was paid for and no\n"
   "answer came, that is spent first.\n",
   "  codius extend --duration 1h\n"
   "  codius extend --keep 2d -y --codius-state-file shop.codiusstate.json\n",
   run_extend},
  {"extend-hash", "Pay for more time for any pod, also of others.", extend_hash_specs,
   "The pod must be running: its host tells the manifest. There is no record of it here.\n",
   "  codius extend-hash HASH.host.example --duration 1h\n"
   "  codius extend-hash HASH --host http://localhost:3000 -y\n",
   run_extend_hash, pod_place},
};

} // namespace

std::span<const command_spec> extend_commands() { return commands; }

} // namespace codius::client
