#include "runtime/client/upload_options.hpp"

#include "runtime/client/pay_token_option.hpp"

#include <array>

namespace codius::client {

namespace {

constexpr std::array specs{
  option_spec{
    "--host", "URL",
    "A host that is to run the pod, e.g. https://host.example. Repeatable. Default: those "
    "of --codius-hosts-file, else the cheapest that can be found.",
    true},
  option_spec{"-c,--host-count", "N",
              "Choose so many hosts, the cheapest of those that can be found. Default 1."},
  option_spec{"-d,--duration", "TIME",
              "How long it runs: seconds, or a number with m, h, d or w. Default 600."},
  options::max_monthly_rate,
  options::units,
  options::max_price,
  option_spec{"--codius-file", "FILE", "What to run. Default codius.json."},
  option_spec{"--codius-vars-file", "FILE",
              "Values of its variables. Default codiusvars.json, if it is there."},
  option_spec{"--codius-hosts-file", "FILE",
              "Hosts to use, {\"hosts\": [URL]}. Default codiushosts.json, if it is there."},
  option_spec{"--codius-state-file", "FILE",
              "Where to record the pod, to extend it later. Default default.codiusstate.json."},
  option_spec{"-o,--overwrite-codius-state", "",
              "Begin a new record; the one that is there is kept under another name."},
  option_spec{"-a,--add-host-env", "",
              "Tell each container in HOSTS, a JSON list, which hosts run the pod."},
  option_spec{"--debug", "", "Let everybody read the pod's output: codius tail does."},
  option_spec{"--tail", "", "With --debug: show the output once the pod runs."},
  options::yes,
  options::pay_token,
  options::btp,
  option_spec{"--insecure-registry", "HOST",
              "Ask this image registry without TLS. Repeatable; also a list in "
              "CODIUS_INSECURE_REGISTRIES.",
              true},
  options::timeout,
  options::retries,
  options::json,
};

void check_relations(option_reader& in, const upload_options& out) {
  if (out.host_count && in.on("host"))
    in.say("Arguments host and host-count are mutually exclusive");
  if (out.token && !in.on("host"))
    in.say("--pay-token belongs to one host: give it with --host");
  if (out.tail && !out.debug)
    in.say("--tail needs --debug: the output of other pods is shown to nobody");
}

} // namespace

std::span<const option_spec> upload_option_specs() { return specs; }

std::string_view upload_notes() {
  return "The price is shown before anything is paid. Paying needs a ledger account that speaks "
         "BTP:\n"
         "moneyd, or the connector of a host in development mode. Progress goes to standard "
         "error,\n"
         "the result to standard output. NO_COLOR turns colours off. A payment that brought no pod "
         "is\n"
         "in the state file, too: the same command again spends it first.\n";
}

std::string_view upload_examples() {
  return "  codius upload --host https://host.example --duration 1h\n"
         "  codius upload --host-count 3 --max-monthly-rate 5 --units XRP\n"
         "  codius upload --host http://localhost:3000 -d 600 --max-price 0.01XRP -y --json\n";
}

result<upload_options> read_upload_options(const given_options& given,
                                           const environment_lookup& variable) {
  upload_options out;
  option_reader in{given};
  out.hosts = read_hosts(in);
  size_t count = 1;
  in.number("host-count", count, 1, 100);
  if (in.on("host-count"))
    out.host_count = count;
  in.time("duration", out.duration);
  in.path("codius-file", out.codius_file);
  in.path("codius-vars-file", out.vars_file);
  out.vars_file_named = in.on("codius-vars-file");
  in.path("codius-hosts-file", out.hosts_file);
  out.hosts_file_named = in.on("codius-hosts-file");
  in.path("codius-state-file", out.state_file);
  out.overwrite_state = in.on("overwrite-codius-state");
  out.add_host_env = in.on("add-host-env");
  out.debug = in.on("debug");
  out.tail = in.on("tail");
  out.token = read_pay_token(in, out.hosts.size());
  read_buy_options(in, variable, out);
  out.insecure_registries = insecure_registries(given, variable);
  check_relations(in, out);
  if (!in.wrong().empty())
    return error{errc::invalid, in.wrong()};
  return out;
}

} // namespace codius::client
