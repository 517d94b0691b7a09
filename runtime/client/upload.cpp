// The command around an upload.
#include "runtime/client/upload.hpp"

#include "runtime/client/tail.hpp"
#include "runtime/client/upload_run.hpp"

namespace codius::client {

run_report upload(const upload_options& options, const program_world& world) {
  if (!options.assume_yes && world.streams.question_fd < 0) {
    run_report refused{.command = "upload", .hosts = {}, .why = {}};
    refused.why
      = failure{exit_code::user, "nobody can be asked whether to pay: there is no terminal",
                "Add -y to pay without asking, and --max-price to set a limit"};
    return refused;
  }
  upload_run run{options, world};
  return run.run();
}

int run_upload(const given_options& given, const program_world& world) {
  const auto options = read_upload_options(given, world.variable);
  run_report report{.command = "upload", .hosts = {}, .why = {}};
  if (options)
    report = upload(*options, world);
  else
    report.why = failure{exit_code::user, options.error().detail, "Try codius upload --help"};
  const bool as_json = given.find("json") != given.end();
  const int code = tell(report, as_json, world.world.utc_now(), world.streams);
  pod_address pod;
  for (const auto& one : report.hosts)
    if (one.end)
      pod.hosts.push_back(*net::parse_http_uri(one.host));
  if (!options || !options->tail || pod.hosts.empty())
    return code;
  pod.hash = report.hosts.front().hash;
  const int end = tail(pod, true, world);
  return code != 0 ? code : end;
}

std::span<const command_spec> upload_commands() {
  static const command_spec command{"upload",
                                    "Pay hosts to run a pod, and say where it is.",
                                    upload_option_specs(),
                                    upload_notes(),
                                    upload_examples(),
                                    run_upload};
  return {&command, 1};
}

} // namespace codius::client
