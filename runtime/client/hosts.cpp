#include "runtime/client/hosts.hpp"

#include "runtime/client/buy_options.hpp"
#include "runtime/client/crowd.hpp"
#include "runtime/client/discovery.hpp"
#include "runtime/client/state_file.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <deque>

namespace codius::client {

using namespace std::chrono_literals;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr auto answer_limit = 10s;
constexpr size_t at_once = 16;

constexpr option_spec specs[] = {
  option_spec{"--host", "URL",
              "Begin with this host. Repeatable. Default: those of the file, else "
              "some that are built in.",
              true},
  option_spec{"--codius-hosts-file", "FILE",
              "Begin with these hosts. Default codiushosts.json, if it is there."},
  option_spec{"-c,--host-count", "N", "Show so many, the cheapest. Default 20."},
  option_spec{"--save", "FILE", "Write those that take uploads into a file for codius upload."},
  option_spec{"--timeout", "TIME", "Stop looking after this time. Default 60."},
  option_spec{"--json", "", "Print one JSON object."},
};

struct known_host {
  std::string name;
  outcome<host_facts> facts = failure{exit_code::host, "not asked", {}};
};

struct hosts_options {
  std::vector<host_place> seeds;
  size_t count = 20;
  std::string save;
  std::chrono::seconds limit{60};
};

outcome<hosts_options> read_hosts_options(const given_options& given) {
  hosts_options out;
  option_reader in{given};
  for (const auto& host : read_hosts(in))
    out.seeds.emplace_back(host);
  in.number("host-count", out.count, 1, 1000);
  in.path("save", out.save);
  in.time("timeout", out.limit);
  std::string file = usual_hosts_file;
  in.path("codius-hosts-file", file);
  if (!in.wrong().empty())
    return failure{exit_code::user, in.wrong(), "Try codius hosts --help"};
  if (!out.seeds.empty())
    return out;
  auto listed = read_hosts_file(file);
  if (!listed)
    return listed.failure();
  if (!*listed && in.on("codius-hosts-file"))
    return failure{exit_code::user, printable(file) + " does not exist", {}};
  out.seeds = *listed ? **std::move(listed) : built_in_hosts();
  return out;
}

asio::awaitable<void> ask_info(session& in, known_host& one, host_place host) {
  const auto answer = co_await get_object(in, std::move(host), "/info", answer_limit);
  one.facts = answer ? outcome<host_facts>{read_info(*answer)} : answer.failure();
}

asio::awaitable<void> look_around(session& in, const hosts_options& options,
                                  std::deque<known_host>& all) {
  in.steps().begin("hosts", "asking hosts for others");
  const auto found = co_await discover(in, options.seeds, std::max<size_t>(options.count * 2, 50));
  in.steps().update("asking " + std::to_string(found.size()) + " hosts what they cost");
  std::vector<std::function<asio::awaitable<void>()>> work;
  for (const auto& host : found) {
    auto& one = all.emplace_back();
    one.name = host.uri.origin();
    work.emplace_back([&in, &one, host] { return ask_info(in, one, host); });
  }
  co_await all_of(std::move(work), at_once);
  in.steps().end(std::to_string(found.size()) + " known");
}

/// The cheapest first, and who answers nothing last.
bool is_before(const known_host& a, const known_host& b) {
  const auto cost = [](const known_host& h) {
    return h.facts && h.facts->cost_per_month ? *h.facts->cost_per_month : 1e300;
  };
  return cost(a) < cost(b);
}

bool takes_uploads(const known_host& h) { return h.facts && h.facts->accepts.value_or(true); }

std::string line_of(const known_host& h, size_t width) {
  auto out = h.name + std::string(width - h.name.size(), ' ') + "  ";
  if (!h.facts)
    return out + "does not answer: " + h.facts.failure().what + "\n";
  const auto& f = *h.facts;
  auto price = f.cost_per_month ? runtime::number_text(*f.cost_per_month) + " " + f.currency
                                : std::string{"?"};
  price.resize(std::max<size_t>(price.size(), 12), ' ');
  out += price + "  " + (takes_uploads(h) ? "takes uploads" : "takes none  ");
  if (!f.self_test.value_or(true))
    out += "  no self-test passed";
  if (f.uptime && *f.uptime < 1e9)
    out += "  up " + duration_words(std::chrono::seconds{static_cast<long>(*f.uptime)});
  return out + "\n";
}

std::string table(const std::deque<known_host>& all) {
  size_t width = 4;
  for (const auto& h : all)
    width = std::max(width, h.name.size());
  std::string out = "HOST" + std::string(width - 4, ' ') + "  A MONTH\n";
  for (const auto& h : all)
    out += line_of(h, width);
  return out;
}

json_object json_of(const std::deque<known_host>& all) {
  json_array list;
  for (const auto& h : all) {
    json_object one{{"host", h.name}, {"answers", static_cast<bool>(h.facts)}};
    if (!h.facts) {
      one.set("message", h.facts.failure().what);
    } else {
      if (h.facts->cost_per_month)
        one.set("costPerMonth", *h.facts->cost_per_month).set("currency", h.facts->currency);
      one.set("acceptingUploads", takes_uploads(h));
      if (h.facts->uptime)
        one.set("serviceUptime", *h.facts->uptime);
    }
    list.push_back(std::move(one));
  }
  return {{"hosts", std::move(list)}};
}

done save(const std::string& path, const std::deque<known_host>& all) {
  json_array names;
  for (const auto& h : all)
    if (takes_uploads(h))
      names.push_back(h.name);
  return write_file_safely(path, dump_pretty(json_object{{"hosts", std::move(names)}}) + "\n");
}

int refuse(const failure& why, const program_world& world) {
  world.streams.err("codius hosts: " + why.what + "\n"
                    + (why.next.empty() ? "" : "  " + why.next + ".\n"));
  return static_cast<int>(why.code);
}

int run_hosts(const given_options& given, const program_world& world) {
  const auto options = read_hosts_options(given);
  if (!options)
    return refuse(options.failure(), world);
  std::deque<known_host> all;
  session asking{world, options->limit};
  asking.run([&] { return look_around(asking, *options, all); });
  if (asking.stop().reason() == stop_reason::interrupted)
    return refuse(asking.describe(stop_failure(asking.stop())), world);
  std::stable_sort(all.begin(), all.end(), is_before);
  const bool some = std::any_of(all.begin(), all.end(), takes_uploads);
  if (all.size() > options->count)
    all.resize(options->count);
  world.streams.out(given.contains("json") ? dump(json_of(all)) + "\n" : table(all));
  if (!options->save.empty() && some)
    if (const auto fine = save(options->save, all); !fine)
      return refuse(fine.failure(), world);
  return some ? 0
              : refuse({exit_code::host, "no host was found that takes uploads",
                        "Name one that you know with --host"},
                       world);
}

constexpr command_spec commands[] = {
  {"hosts", "Find hosts, and say what they cost.", specs,
   "Hosts are asked for other hosts, and those again. What they say of themselves is theirs to\n"
   "say: codius upload asks for a price, and never pays more.\n",
   "  codius hosts\n"
   "  codius hosts --host https://host.example --host-count 5 --save codiushosts.json\n",
   run_hosts},
};

} // namespace

std::span<const command_spec> hosts_commands() { return commands; }

} // namespace codius::client
