#include "runtime/client/extend_hash.hpp"

#include "runtime/client/basket.hpp"
#include "runtime/client/discovery.hpp"
#include "runtime/client/pay_token_option.hpp"
#include "runtime/client/pod_address.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/hash.hpp"

namespace codius::client {

using namespace std::chrono_literals;
using runtime::json;

namespace {

struct hash_options : buy_options {
  std::chrono::seconds duration{600};
  pod_address pod;
  std::optional<codius::pay_token> token;
};

outcome<hash_options> read_hash_options(const given_options& given,
                                        const environment_lookup& variable) {
  hash_options out;
  option_reader in{given};
  in.time("duration", out.duration);
  auto hosts = read_hosts(in);
  out.token = read_pay_token(in, hosts.size());
  read_buy_options(in, variable, out);
  if (!in.wrong().empty())
    return failure{exit_code::user, in.wrong(), "Try codius extend-hash --help"};
  auto pod = read_pod_address(*in.value("POD"), std::move(hosts));
  if (!pod)
    return pod.failure();
  out.pod = *std::move(pod);
  return out;
}

/// One run of the command.
class hash_run {
public:
  hash_run(const hash_options& options, const program_world& world)
    : options_(options), session_(world, options.time_limit, options.ledger),
      basket_(session_, order_, nullptr) {
    order_.hash = options.pod.hash;
    order_.rules = options;
    order_.retries = options.retries;
    order_.may_ask = !options.assume_yes && options.pod.hosts.size() == 1;
  }
  run_report run() {
    session_.run([this] { return drive(); });
    return std::move(report_);
  }

private:
  asio::awaitable<void> drive() {
    const auto end = co_await flow();
    if (!end)
      report_.why = session_.describe(end.failure());
    session_.steps().fail();
    report_.hosts = basket_.results();
  }

  asio::awaitable<done> flow() {
    for (const auto& host : options_.pod.hosts) {
      session_.steps().begin("pod", "asking " + origin_of(host) + " for it");
      const auto found
        = co_await get_object(session_, host, "/pods?manifestHash=" + options_.pod.hash, 30s);
      if (!found)
        co_return found.failure();
      if (auto fine = take_manifest(*found, origin_of(host)); !fine)
        co_return fine;
      session_.steps().end("known at " + origin_of(host));
      (void)basket_.add(host, options_.duration, options_.token);
    }
    if (auto step = co_await basket_.get_quotes(); !step)
      co_return step;
    if (auto step = co_await basket_.confirm("Extend it", options_.assume_yes); !step)
      co_return step;
    co_await basket_.buy_each();
    co_return well();
  }

  done take_manifest(const json& answer, const std::string& host) {
    const auto* manifest = answer.find("manifest");
    if (!manifest || runtime::hash_manifest(*manifest).text != options_.pod.hash)
      return failure{exit_code::host, host + " answers with another manifest than was asked for",
                     "Do not pay this host"};
    order_.manifest = *manifest;
    return well();
  }

  const hash_options& options_;
  session session_;
  order order_;
  basket basket_;
  run_report report_{.command = "extend-hash", .hosts = {}, .why = {}};
};

} // namespace

int run_extend_hash(const given_options& given, const program_world& world) {
  const auto options = read_hash_options(given, world.variable);
  run_report report{.command = "extend-hash", .hosts = {}, .why = {}};
  if (!options) {
    report.why = options.failure();
  } else if (!options->assume_yes && world.streams.question_fd < 0) {
    report.why
      = failure{exit_code::user, "nobody can be asked whether to pay: there is no terminal",
                "Add -y to pay without asking, and --max-price to set a limit"};
  } else {
    hash_run run{*options, world};
    report = run.run();
  }
  return tell(report, given.contains("json"), world.world.utc_now(), world.streams);
}

} // namespace codius::client
