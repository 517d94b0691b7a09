#include "runtime/client/doctor.hpp"

#include "runtime/base/process.hpp"
#include "runtime/client/buy_options.hpp"
#include "runtime/client/discovery.hpp"
#include "runtime/client/host_list.hpp"
#include "runtime/client/session.hpp"
#include "runtime/client/text.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <set>

namespace codius::client {

using namespace std::chrono_literals;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr auto answer_limit = 15s;

constexpr option_spec specs[] = {
  option_spec{"--host", "URL",
              "Look at this host, too. Repeatable. Default: those of codiushosts.json, if it is "
              "there.",
              true},
  options::btp,
  option_spec{"--timeout", "TIME", "Give up after this time. Default 60."},
  option_spec{"--json", "", "Print one JSON object."},
};

struct finding {
  std::string name;
  bool good = false;
  std::string what;
  std::string fix; ///< what mends it
};

class examination {
public:
  examination(session& in, const std::vector<host_place>& hosts) : session_(in), hosts_(hosts) {}

  asio::awaitable<void> run() {
    look_at_programs();
    co_await look_at_ledger();
    for (const auto& host : hosts_)
      co_await look_at_host(host);
  }
  const std::vector<finding>& found() const { return found_; }

private:
  void look_at_programs() {
    const auto cron = runtime::find_program("crontab");
    found_.push_back({"cron", true,
                      cron ? "codius cron can keep pods alive"
                           : "no crontab here: codius cron create will not work",
                      ""});
  }

  asio::awaitable<void> look_at_ledger() {
    const auto ledger = co_await session_.connect();
    if (ledger)
      found_.push_back({"ledger", true,
                        (*ledger)->place() + " pays in " + printable((*ledger)->unit().code, 32)
                          + ", as " + printable((*ledger)->address(), 100),
                        ""});
    else
      found_.push_back({"ledger", false, ledger.failure().what, ledger.failure().next});
  }

  asio::awaitable<void> look_at_host(host_place host) {
    const auto name = host.uri.origin();
    const auto answer = co_await get_object(session_, host, "/version", answer_limit);
    if (!answer) {
      found_.push_back({"host", false, answer.failure().what, answer.failure().next});
      co_return;
    }
    const auto* program = answer->find_text("name");
    const auto* version = answer->find_text("version");
    found_.push_back({"host", true,
                      name + " answers" + (program ? ": " + printable(*program, 60) : "")
                        + (version ? " " + printable(*version, 30) : ""),
                      ""});
    co_await look_at_capacity(host);
    co_await look_at_names(host);
  }

  asio::awaitable<void> look_at_capacity(host_place host) {
    const auto name = host.uri.origin();
    const auto info = co_await get_object(session_, host, "/info", answer_limit);
    const auto facts = info ? read_info(*info) : host_facts{};
    if (!info)
      found_.push_back({"uploads", false, info.failure().what, info.failure().next});
    else if (!facts.accepts.value_or(true))
      found_.push_back({"uploads", false, name + " takes none now", "Choose another host"});
    else
      found_.push_back({"uploads", true, name + " takes them", ""});
  }

  /// Pods have names below the host's, which a wildcard record makes.
  asio::awaitable<void> look_at_names(host_place host) {
    const auto& name = host.uri.host;
    const auto pod = std::string(52, 'a') + "." + name;
    const bool good = net::is_localhost(name) || co_await resolves(pod);
    found_.push_back({"names", good,
                      good ? "pods of " + name + " have names"
                           : "pods of " + name + " have no names: " + pod + " cannot be found",
                      good ? ""
                           : "The host's operator needs a DNS record for *." + name
                               + "; without it pods run, but nobody reaches them"});
  }

  asio::awaitable<bool> resolves(std::string name) {
    auto asking = ask_resolver(std::move(name));
    const auto found = co_await within(10s, session_.stop(), std::move(asking));
    co_return found.value_or(false);
  }

  static asio::awaitable<bool> ask_resolver(std::string name) {
    const auto resolver
      = std::make_shared<asio::ip::tcp::resolver>(co_await asio::this_coro::executor);
    boost::system::error_code ec;
    const auto found = co_await resolver->async_resolve(
      name, "443", asio::redirect_error(asio::use_awaitable, ec));
    co_return !ec && !found.empty();
  }

  session& session_;
  const std::vector<host_place>& hosts_;
  std::vector<finding> found_;
};

std::string as_text(const std::vector<finding>& all, const text_style& style) {
  std::string out;
  for (const auto& one : all) {
    auto name = one.name;
    name.resize(9, ' ');
    out += (one.good ? tinted(style, tint::good, "ok  ") : tinted(style, tint::bad, "FAIL")) + " "
           + name + one.what + "\n";
    if (!one.fix.empty())
      out += "              " + one.fix + "\n";
  }
  return out;
}

std::string as_json(const std::vector<finding>& all) {
  json_array list;
  bool good = true;
  for (const auto& one : all) {
    list.push_back(
      json_object{{"name", one.name}, {"ok", one.good}, {"what", one.what}, {"fix", one.fix}});
    good = good && one.good;
  }
  return dump(json_object{{"ok", good}, {"checks", std::move(list)}}) + "\n";
}

int refuse(const failure& why, const program_world& world) {
  world.streams.err("codius doctor: " + why.what + "\n"
                    + (why.next.empty() ? "" : "  " + why.next + ".\n"));
  return static_cast<int>(why.code);
}

int run_doctor(const given_options& given, const program_world& world) {
  option_reader in{given};
  std::vector<host_place> hosts;
  for (const auto& host : read_hosts(in))
    hosts.emplace_back(host);
  buy_options options;
  options.time_limit = 60s;
  read_buy_options(in, world.variable, options);
  if (!in.wrong().empty())
    return refuse({exit_code::user, in.wrong(), "Try codius doctor --help"}, world);
  if (hosts.empty()) {
    auto listed = read_hosts_file(usual_hosts_file);
    if (!listed)
      return refuse(listed.failure(), world);
    if (*listed)
      hosts = **std::move(listed);
  }
  session asking{world, options.time_limit, options.ledger};
  examination patient{asking, hosts};
  asking.run([&] { return patient.run(); });
  if (asking.stop().requested())
    return refuse(asking.describe(stop_failure(asking.stop())), world);
  const auto& all = patient.found();
  world.streams.out(options.as_json ? as_json(all) : as_text(all, world.streams.out_style));
  const bool ledger = std::all_of(all.begin(), all.end(),
                                  [](const auto& f) { return f.good || f.name != "ledger"; });
  const bool good = std::all_of(all.begin(), all.end(), [](const auto& f) { return f.good; });
  return static_cast<int>(good ? exit_code::ok : !ledger ? exit_code::payment : exit_code::host);
}

constexpr command_spec commands[] = {
  {"doctor", "Say whether uploads can work from here, and what mends what does not.", specs,
   "Looks at the ledger account (moneyd), and at each host: whether it answers, takes uploads, "
   "and\n"
   "whether its pods have names (a DNS wildcard). Nothing is paid.\n",
   "  codius doctor\n"
   "  codius doctor --host https://host.example --json\n",
   run_doctor},
};

} // namespace

std::span<const command_spec> doctor_commands() { return commands; }

} // namespace codius::client
