#include "runtime/client/status.hpp"

#include "runtime/client/buy_options.hpp"
#include "runtime/client/crowd.hpp"
#include "runtime/client/discovery.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/option_reader.hpp"
#include "runtime/client/paid_request.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/state_file.hpp"
#include "runtime/client/text.hpp"

#include <deque>

namespace codius::client {

using namespace std::chrono_literals;
using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr auto answer_limit = 20s;
constexpr size_t at_once = 16;

constexpr option_spec specs[] = {
  options::state_file,
  option_spec{"--timeout", "TIME", "Give up after this time. Default 60."},
  option_spec{"--json", "", "Print one JSON object, also for failures."},
};

struct pod_at {
  std::string host;
  outcome<delivery> found = failure{exit_code::host, "not asked", {}};
};

/// A payment that brought no pod yet.
struct payment_at {
  std::string host;
  std::string token;  ///< empty: unknown
  std::string credit; ///< what the host says it holds; empty: it does not say
};

/// The amounts of `GET /credits`.
std::string read_credits(const json& answer) {
  std::string out;
  const auto* list = answer.find("credits");
  if (!list || !list->array())
    return out;
  for (const auto& one : *list->array()) {
    const auto* amount = one.find("amount");
    const auto* code = one.find_text("assetCode");
    const auto* scale = one.find("assetScale");
    const auto units = amount ? parse_price(*amount) : result<uint64_t>{0};
    if (!units || !code || !scale || !scale->number() || *scale->number() < 0
        || *scale->number() > 255)
      continue;
    const asset unit{printable(*code, 32), static_cast<uint8_t>(*scale->number())};
    out += (out.empty() ? "" : ", ") + show_amount(*units, unit);
  }
  return out.empty() ? "nothing" : out;
}

asio::awaitable<void> look_at_credit(session& in, payment_at& at) {
  const auto answer
    = co_await get_object(in, *net::parse_http_uri(at.host), "/credits", answer_limit, at.token);
  if (answer)
    at.credit = read_credits(*answer);
}

/// The pod as `GET /pods` tells it.
outcome<delivery> read_pod(const json& answer, const std::string& host, const std::string& hash) {
  net::http_response again; // the same rules as for an upload's answer
  again.status = 200;
  again.body = dump(answer);
  return read_delivery(again, host, hash);
}

asio::awaitable<void> look(session& in, pod_at& at, std::string hash) {
  const auto answer = co_await get_object(in, *net::parse_http_uri(at.host),
                                          "/pods?manifestHash=" + hash, answer_limit);
  at.found = answer ? read_pod(*answer, at.host, hash) : outcome<delivery>{answer.failure()};
}

asio::awaitable<void> look_at_all(session& in, std::deque<pod_at>& all,
                                  std::deque<payment_at>& payments, std::string hash) {
  in.set_doing("asking the hosts of the pod");
  std::vector<std::function<asio::awaitable<void>()>> work;
  for (auto& at : all)
    work.emplace_back([&in, &at, hash] { return look(in, at, hash); });
  for (auto& at : payments)
    if (!at.token.empty())
      work.emplace_back([&in, &at] { return look_at_credit(in, at); });
  co_await all_of(std::move(work), at_once);
}

std::string text_of(const pod_state& state, const std::deque<pod_at>& all,
                    const std::deque<payment_at>& payments, utc_time now, const text_style& style) {
  std::string out = "Pod " + state.hash() + "\n";
  for (const auto& at : all) {
    const auto paid = state.total_paid(at.host);
    const auto end = at.found ? at.found->expires_at : utc_time{};
    out += at.found && end > now ? tinted(style, tint::good, "runs   ")
                                 : tinted(style, tint::bad, "missing");
    out += " " + at.host + "\n";
    if (at.found)
      out += "        url    " + at.found->url + "\n        until  " + iso_time(end) + " ("
             + relative_time(end, now) + ")\n";
    else
      out += "        " + at.found.failure().what + "\n";
    if (!paid.empty())
      out += "        paid   " + paid + " in all\n";
  }
  for (const auto& at : payments) {
    out += tinted(style, tint::bad, "unfinished") + " payment to " + at.host + ", pay token "
           + (at.token.empty() ? "unknown" : at.token) + "\n";
    if (!at.credit.empty())
      out += "        the host holds " + at.credit + " for it\n";
    out += "        codius upload, as before, spends it first\n";
  }
  return out;
}

json_object json_of(const pod_state& state, const std::deque<pod_at>& all,
                    const std::deque<payment_at>& payments, bool good) {
  json_array hosts, unfinished;
  for (const auto& at : all) {
    json_object one{{"host", at.host}, {"running", static_cast<bool>(at.found)}};
    if (at.found)
      one.set("url", at.found->url).set("expiry", iso_time(at.found->expires_at));
    else
      one.set("message", at.found.failure().what);
    if (const auto paid = state.total_paid(at.host); !paid.empty())
      one.set("totalPaid", paid);
    hosts.push_back(std::move(one));
  }
  for (const auto& at : payments) {
    json_object one{{"host", at.host}, {"payToken", at.token}};
    if (!at.credit.empty())
      one.set("credit", at.credit);
    unfinished.push_back(std::move(one));
  }
  return {{"ok", good},
          {"manifestHash", state.hash()},
          {"hosts", std::move(hosts)},
          {"unfinished", std::move(unfinished)}};
}

int refuse(const failure& why, bool as_json, const program_world& world) {
  if (as_json)
    world.streams.out(dump(json_object{{"ok", false},
                                       {"exitCode", static_cast<int>(why.code)},
                                       {"error", to_string(why.code)},
                                       {"message", why.what},
                                       {"hint", why.next}})
                      + "\n");
  else
    world.streams.err("codius status: " + why.what + "\n"
                      + (why.next.empty() ? "" : "  " + why.next + ".\n"));
  return static_cast<int>(why.code);
}

int run_status(const given_options& given, const program_world& world) {
  option_reader in{given};
  std::chrono::seconds limit{60};
  in.time("timeout", limit);
  const bool as_json = in.on("json");
  if (!in.wrong().empty())
    return refuse({exit_code::user, in.wrong(), "Try codius status --help"}, as_json, world);
  const auto* named = in.value("codius-state-file");
  const auto path = find_state_file(named ? std::optional{*named} : std::nullopt);
  if (!path)
    return refuse(path.failure(), as_json, world);
  const auto state = read_state_file(*path);
  if (!state)
    return refuse(state.failure(), as_json, world);
  std::deque<pod_at> all;
  for (const auto& host : state->hosts())
    all.push_back({.host = host});
  std::deque<payment_at> payments;
  for (const auto& host : state->unfinished()) {
    const auto token = state->token_of(host);
    payments.push_back({host, token ? token_text(*token) : "", {}});
  }
  session asking{world, limit};
  asking.run([&] { return look_at_all(asking, all, payments, state->hash()); });
  if (asking.stop().requested())
    return refuse(asking.describe(stop_failure(asking.stop())), as_json, world);
  const auto now = world.world.utc_now();
  bool good = state->unfinished().empty();
  for (const auto& at : all)
    good = good && at.found && at.found->expires_at > now;
  world.streams.out(as_json ? dump(json_of(*state, all, payments, good)) + "\n"
                            : text_of(*state, all, payments, now, world.streams.out_style));
  return static_cast<int>(good ? exit_code::ok : exit_code::host);
}

constexpr command_spec commands[] = {
  {"status", "Say where the pod of an upload runs, and until when.", specs,
   "Each host is asked. Exit code 0: it runs everywhere, and no payment is unfinished.\n",
   "  codius status\n"
   "  codius status --codius-state-file shop.codiusstate.json --json\n",
   run_status},
};

} // namespace

std::span<const command_spec> status_commands() { return commands; }

} // namespace codius::client
