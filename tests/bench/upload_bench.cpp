// Paid uploads a second: clients that upload tiny manifests, each one new, one after the other, to
// a running host. Every upload is complete: POST, 402, STREAM payment, POST, 200.
//
//     upload_bench --host http://localhost:3000 --btp btp+ws://:bench@localhost:7768
//                  [--clients 16] [--seconds 10] [--duration 600]
//
// The host should run with the noop pod runtime. Prints figures; exits 1 when an upload failed.
#include "runtime/base/system_env.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/paid_request.hpp"
#include "runtime/client/upload_options.hpp"
#include "runtime/manifest/hash.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

using namespace codius;
using namespace codius::client;
using steady = std::chrono::steady_clock;

namespace {

struct settings {
  net::http_uri host;
  std::string btp = "btp+ws://:bench@localhost:7768";
  int clients = 16;
  int seconds = 10;
  int duration = 600;
  int pods = 2; ///< of each client; 0: a new one each time
};

struct figures {
  std::vector<double> milliseconds;
  uint64_t paid = 0;
  std::map<std::string, int> failures; ///< what → how often
  int running = 0;                     ///< clients
};

std::string manifest_text(const std::string& name) {
  return R"({"name":")" + name
         + R"(","version":"1.0.0","machine":"small","port":"80","containers":[{"id":"web","image":"bench@sha256:)"
         + std::string(64, 'a') + R"("}]})";
}

/// Names that no earlier run has used, so that nothing is only extended.
std::string fresh_prefix(const env& world) {
  std::array<std::byte, 8> octets;
  world.random_bytes(octets);
  return "bench-" + to_hex(octets) + "-";
}

asio::awaitable<outcome<spending>> pay_what_is_asked(price_facts facts) {
  const auto price = facts.asked.value_or(0);
  const auto budget = budget_for(price, facts.rate);
  const spending out{budget, budget, price};
  co_return out;
}

struct bench_client {
  const settings& how;
  figures& seen;
  env world;
  std::string prefix;
  steady::time_point until;
  std::shared_ptr<host_link> host;
  std::shared_ptr<ledger> from;
  std::optional<net::stream_rate> rate;
  stopper stop;

  asio::awaitable<outcome<std::shared_ptr<ledger>>> account() { co_return from; }
  asio::awaitable<done> upload(int n);
  asio::awaitable<void> run(asio::any_io_executor io);
};

asio::awaitable<done> bench_client::upload(int n) {
  const auto manifest = manifest_text(prefix + std::to_string(how.pods > 0 ? n % how.pods : n));
  paid_request_options options;
  options.request.method = "POST";
  options.request.target = "/pods?duration=" + std::to_string(how.duration);
  options.request.fields.set("Content-Type", "application/json");
  options.request.body = R"({"manifest":)" + manifest + "}";
  world.random_bytes(options.token);
  options.rate = rate; // the first payment has learnt it
  options.repeats = 0;
  options.wait_for_close = false;
  paid_request_deps deps{host, [this] { return account(); }, pay_what_is_asked, {}, &stop};
  const auto paying = std::make_shared<paid_request>(std::move(deps), std::move(options));
  const auto answer = co_await paying->run();
  if (!answer)
    co_return answer.failure();
  const auto hash = runtime::hash_manifest(*runtime::parse_json(manifest)).text;
  const auto pod = read_delivery(*answer, host->name(), hash);
  if (!pod)
    co_return pod.failure();
  if (paying->moved().sent == 0)
    co_return failure{exit_code::host, "an upload for nothing", {}};
  seen.paid += paying->moved().sent;
  rate = paying->rate();
  co_return well();
}

asio::awaitable<void> bench_client::run(asio::any_io_executor io) {
  auto at = net::parse_btp_uri(how.btp);
  at->token += prefix; // an account each: connectors copy packets to all logins of one
  const auto connected = co_await ledger::connect(io, world, *at);
  if (connected)
    from = *connected;
  else
    ++seen.failures[connected.error().detail];
  for (int n = 0; from && steady::now() < until; ++n) {
    const auto began = steady::now();
    const auto done = co_await upload(n);
    const std::chrono::duration<double, std::milli> took = steady::now() - began;
    if (done)
      seen.milliseconds.push_back(took.count());
    else if (++seen.failures[done.failure().what] > 100)
      break;
  }
  if (from)
    from->stop();
  --seen.running;
}

settings read_settings(int argc, char** argv) {
  settings out;
  out.host = *parse_host("http://localhost:3000");
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--host")
      out.host = *parse_host(value);
    else if (name == "--btp")
      out.btp = value;
    else if (name == "--clients")
      out.clients = std::stoi(value);
    else if (name == "--seconds")
      out.seconds = std::stoi(value);
    else if (name == "--duration")
      out.duration = std::stoi(value);
    else if (name == "--pods")
      out.pods = std::stoi(value);
  }
  return out;
}

void print(const settings& how, figures& seen, double seconds) {
  auto& all = seen.milliseconds;
  std::sort(all.begin(), all.end());
  const auto percentile = [&](double part) {
    return all.empty() ? 0.0 : all[static_cast<size_t>(part * static_cast<double>(all.size() - 1))];
  };
  std::printf("paid uploads: %zu by %d clients in %.1f s: %.0f a second\n", all.size(), how.clients,
              seconds, static_cast<double>(all.size()) / seconds);
  std::printf("latency: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms; paid %llu units\n",
              percentile(0.5), percentile(0.9), percentile(0.99), percentile(1),
              static_cast<unsigned long long>(seen.paid));
  for (const auto& [what, often] : seen.failures)
    std::printf("failed %d times: %s\n", often, what.c_str());
}

} // namespace

int main(int argc, char** argv) {
  const auto how = read_settings(argc, argv);
  const auto world = runtime::system_env();
  figures seen;
  asio::io_context io{1};
  std::vector<std::unique_ptr<bench_client>> clients;
  const auto began = steady::now();
  const auto until = began + std::chrono::seconds{how.seconds};
  for (int i = 0; i < how.clients; ++i) {
    clients.emplace_back(new bench_client{how,
                                          seen,
                                          world,
                                          fresh_prefix(world),
                                          until,
                                          std::make_shared<host_link>(how.host),
                                          {},
                                          {},
                                          {}});
    ++seen.running;
    asio::co_spawn(io, clients.back()->run(io.get_executor()), asio::detached);
  }
  while (seen.running > 0 && io.run_one() > 0) {
  }
  const std::chrono::duration<double> took = steady::now() - began;
  print(how, seen, took.count());
  for (auto& c : clients) // what lives in `io` goes before it
    c->from.reset();
  return seen.failures.empty() && !seen.milliseconds.empty() ? 0 : 1;
}
