#include "runtime/client/cron.hpp"

#include "runtime/client/crontab.hpp"
#include "runtime/client/session.hpp"
#include "runtime/client/state_run.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <filesystem>

namespace codius::client {

using namespace std::chrono_literals;

namespace {

// A job runs each hour: with two hours bought, a run that fails is made good by the next.
constexpr std::chrono::seconds least_kept = 2h;
constexpr std::chrono::seconds least_buffer = 1h;

constexpr option_spec create_specs[] = {
  option_spec{
    "-b,--buffer-sec", "TIME",
    "Buy what is missing now, so that so much time is left, and always keep so much: 3600 "
    "seconds or more."},
  option_spec{"--skip-extend", "", "Buy nothing now; the job keeps two hours."},
  options::max_monthly_rate,
  options::units,
  options::max_price,
  options::state_file,
  options::yes,
  options::btp,
  options::timeout,
  options::retries,
};
constexpr option_spec view_specs[] = {
  option_spec{"-a,--all", "", "The jobs of all pods, not of this one alone."},
  options::state_file,
};
constexpr option_spec remove_specs[] = {
  option_spec{"-a,--all", "", "The jobs of all pods, not of this one alone."},
  options::state_file,
  option_spec{"-y,--yes,--assume-yes", "", "Remove without asking."},
};

int refuse(const char* command, const failure& why, const program_world& world) {
  world.streams.err("codius cron " + std::string{command} + ": " + why.what + "\n"
                    + (why.next.empty() ? "" : "  " + why.next + ".\n"));
  return static_cast<int>(why.code);
}

struct record {
  std::string path;
  pod_state state;
};

outcome<record> read_record(const option_reader& in) {
  const auto* named = in.value("codius-state-file");
  const auto path = find_state_file(named ? std::optional{*named} : std::nullopt);
  if (!path)
    return path.failure();
  auto state = read_state_file(*path);
  if (!state)
    return state.failure();
  return record{*path, *std::move(state)};
}

asio::awaitable<void> ask_in(session& in, std::string question, bool& yes) {
  yes = co_await in.ask(std::move(question));
}

/// A question outside of any run.
bool agrees(const program_world& world, const std::string& question) {
  bool yes = false;
  if (world.streams.question_fd < 0)
    return yes;
  session asking{world, std::chrono::hours{24}};
  asking.run([&] { return ask_in(asking, question, yes); });
  return yes;
}

struct create_options : extend_options {
  std::optional<std::chrono::seconds> buffer;
};

result<create_options> read_create_options(option_reader& in, const pod_state& state,
                                           const environment_lookup& variable) {
  create_options out;
  out.max_monthly = state.monthly();
  out.monthly_named = out.max_monthly.has_value();
  std::chrono::seconds buffer{0};
  in.time("buffer-sec", buffer);
  if (in.on("buffer-sec"))
    out.buffer = buffer;
  if (!in.on("buffer-sec") && !in.on("skip-extend"))
    in.say("Must specify buffer-sec or use the skip-extend flag to skip the initial pod extend "
           "step.");
  if (in.on("buffer-sec") && in.on("skip-extend"))
    in.say("Arguments buffer-sec and skip-extend are mutually exclusive");
  if (in.on("buffer-sec") && buffer > 0s && buffer < least_buffer)
    in.refuse("buffer-sec", *in.value("buffer-sec"), "must be 3600 seconds or more");
  read_buy_options(in, variable, out);
  if (!in.wrong().empty())
    return error{errc::invalid, in.wrong()};
  return out;
}

outcome<cron_job> make_job(const record& of, const create_options& options) {
  cron_job job;
  std::error_code failed;
  job.program = std::filesystem::read_symlink("/proc/self/exe", failed).string();
  if (failed)
    return failure{exit_code::user, "cannot find out where codius itself is installed", {}};
  job.state_path = std::filesystem::canonical(of.path, failed).string();
  if (failed)
    return failure{exit_code::user, printable(of.path) + " is gone", {}};
  job.hash = of.state.hash();
  job.keep = std::max(options.buffer.value_or(0s), least_kept);
  job.monthly = *options.max_monthly;
  return job;
}

/// Buys what the buffer lacks, to the end, and so before anything is promised for later.
outcome<pod_state> fill_buffer(record& of, create_options& options, const program_world& world,
                               int& code) {
  if (!options.buffer)
    return of.state;
  options.keep = options.buffer;
  options.duration = of.state.duration().value_or(options.duration);
  options.state_path = of.path;
  state_run run{options, of.state, world, "cron create"};
  const auto report = run.run();
  if (report.why || !report.hosts.empty())
    code = tell(report, false, world.world.utc_now(), world.streams);
  return run.state();
}

int create(const given_options& given, const program_world& world) {
  option_reader in{given};
  auto of = read_record(in);
  if (!of)
    return refuse("create", of.failure(), world);
  auto options = read_create_options(in, of->state, world.variable);
  if (!options)
    return refuse(
      "create", {exit_code::user, options.error().detail, "Try codius cron create --help"}, world);
  if (!options->assume_yes && world.streams.question_fd < 0)
    return refuse("create",
                  {exit_code::user, "nobody can be asked: there is no terminal", "Add -y"}, world);
  auto job = make_job(*of, *options);
  if (!job)
    return refuse("create", job.failure(), world);
  const auto line = crontab_line(*job);
  auto lines = read_crontab();
  if (!line || !lines)
    return refuse("create", line ? lines.failure() : line.failure(), world);
  if (std::any_of(lines->begin(), lines->end(),
                  [&](const auto& one) { return is_own_line(one, job->hash); }))
    return refuse(
      "create",
      {exit_code::user, "there is a job for this pod already", "Look at it with codius cron view"},
      world);
  int code = 0;
  auto state = fill_buffer(*of, *options, world, code);
  if (code != 0)
    return code;
  world.streams.out(*line + "\n");
  if (!options->assume_yes && !agrees(world, "Add this job to your crontab?"))
    return refuse("create", {exit_code::user, "not confirmed", {}}, world);
  lines->push_back(*line);
  if (const auto fine = write_crontab(*lines); !fine)
    return refuse("create", fine.failure(), world);
  state->add_cron_job(*line, world.world.utc_now());
  if (const auto fine = write_file_safely(of->path, state->text()); !fine)
    return refuse("create", fine.failure(), world);
  if (!world.variable("ILP_CREDENTIALS").empty() || given.contains("btp"))
    world.streams.err("Note: jobs of cron do not know your ledger account; they pay through moneyd "
                      "on this machine, unless you set ILP_CREDENTIALS in the crontab.\n");
  return 0;
}

/// The own lines among all, for this pod or for any.
struct jobs {
  std::vector<std::string> all;
  std::string hash;
  std::optional<record> of;
  std::vector<std::string> own() const {
    std::vector<std::string> out;
    for (const auto& line : all)
      if (is_own_line(line, hash))
        out.push_back(line);
    return out;
  }
};

outcome<jobs> find_jobs(const option_reader& in) {
  jobs out;
  if (!in.on("all")) {
    auto of = read_record(in);
    if (!of)
      return of.failure();
    out.hash = of->state.hash();
    out.of = *std::move(of);
  }
  auto lines = read_crontab();
  if (!lines)
    return lines.failure();
  out.all = *std::move(lines);
  return out;
}

constexpr const char* no_jobs = "No cron jobs exist for the uploaded pod(s)\n";

int view(const given_options& given, const program_world& world) {
  const option_reader in{given};
  const auto found = find_jobs(in);
  if (!found)
    return refuse("view", found.failure(), world);
  const auto own = found->own();
  for (const auto& line : own)
    world.streams.out(line + "\n");
  if (own.empty())
    world.streams.out(no_jobs);
  return 0;
}

int remove(const given_options& given, const program_world& world) {
  const option_reader in{given};
  auto found = find_jobs(in);
  if (!found)
    return refuse("remove", found.failure(), world);
  const auto own = found->own();
  if (own.empty()) {
    world.streams.out(no_jobs);
    return 0;
  }
  for (const auto& line : own)
    world.streams.out(line + "\n");
  if (!in.on("assume-yes") && !agrees(world, "Remove this from your crontab?"))
    return refuse("remove", {exit_code::user, "not confirmed", "Add -y to remove without asking"},
                  world);
  std::erase_if(found->all, [&](const auto& line) { return is_own_line(line, found->hash); });
  if (const auto fine = write_crontab(found->all); !fine)
    return refuse("remove", fine.failure(), world);
  world.streams.out(std::to_string(own.size()) + " removed.\n");
  if (!found->of)
    return 0;
  found->of->state.clear_cron_jobs();
  const auto fine = write_file_safely(found->of->path, found->of->state.text());
  return fine ? 0 : refuse("remove", fine.failure(), world);
}

constexpr const char* notes
  = "The job is a line of your own crontab: each hour it buys what is missing, so that two hours, "
    "or\n"
    "the buffer, are always left. A run that fails is made good by the next.\n";

constexpr command_spec commands[] = {
  {"cron create", "Keep a pod alive: add a job to your crontab that extends it.", create_specs,
   notes,
   "  codius cron create --buffer-sec 1d -y\n"
   "  codius cron create --skip-extend --codius-state-file shop.codiusstate.json\n",
   create},
  {"cron view", "Show the jobs that keep this pod alive.", view_specs, "",
   "  codius cron view\n  codius cron view --all\n", view},
  {"cron remove", "Remove the jobs that keep this pod alive.", remove_specs,
   "No other line of the crontab is touched. The pod runs on until its time ends.\n",
   "  codius cron remove\n  codius cron remove --all -y\n", remove},
};

} // namespace

std::span<const command_spec> cron_commands() { return commands; }

} // namespace codius::client
