#include "runtime/client/discovery.hpp"

#include "runtime/client/crowd.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace codius::client {

using namespace std::chrono_literals;
using runtime::json;

namespace {

constexpr int most_rounds = 15;
constexpr size_t asked_at_once = 4;
constexpr size_t most_known = 1000;
constexpr auto answer_limit = 10s;

/// What is known so far.
struct map_of_hosts {
  std::vector<host_place> fresh; ///< not asked yet
  std::vector<host_place> good;
  std::vector<host_place> silent;
  std::set<std::string> names;

  size_t size() const { return fresh.size() + good.size() + silent.size(); }
  void add(host_place one) {
    if (names.size() < most_known && names.insert(one.uri.origin()).second)
      fresh.push_back(std::move(one));
  }
};

asio::awaitable<void> ask_one(session& in, map_of_hosts& map, host_place host) {
  const auto answer = co_await get_object(in, host, "/peers", answer_limit);
  (answer ? map.good : map.silent).push_back(host);
  if (answer)
    for (auto& peer : read_peers(*answer, host))
      map.add(std::move(peer));
}

std::optional<double> number_in(const json& answer, const char* name) {
  const auto* value = answer.find(name);
  const auto* number = value ? value->number() : nullptr;
  return number && std::isfinite(*number) && *number >= 0 ? std::optional{*number} : std::nullopt;
}

std::optional<bool> flag_in(const json& answer, const char* name) {
  const auto* value = answer.find(name);
  const auto* flag = value ? value->boolean() : nullptr;
  return flag ? std::optional{*flag} : std::nullopt;
}

} // namespace

asio::awaitable<outcome<json>> get_object(session& in, host_place host, std::string target,
                                          std::chrono::milliseconds limit, std::string token) {
  const auto link = std::make_shared<host_link>(std::move(host));
  host_request request;
  request.method = "GET";
  request.target = std::move(target);
  request.fields.set("Accept", "application/codius-v1+json");
  if (!token.empty())
    request.fields.set("Pay-Token", token);
  auto asking = link->ask(std::move(request), limit);
  const auto answer = co_await within(limit + 1s, in.stop(), std::move(asking));
  if (in.stop().requested())
    co_return stop_failure(in.stop());
  if (!answer)
    co_return explain_silence({errc::timed_out, ""}, link->name());
  if (!*answer)
    co_return explain_silence(answer->error(), link->name());
  if ((*answer)->status != 200)
    co_return explain_refusal(**answer, link->name());
  auto body = runtime::parse_json((*answer)->body);
  if (!body || !body->object())
    co_return failure{exit_code::host, link->name() + " does not answer with a JSON object",
                      "Is this the address of a Codius host?"};
  co_return *std::move(body);
}

asio::awaitable<std::vector<host_place>> discover(session& in, std::vector<host_place> seeds,
                                                  size_t enough) {
  map_of_hosts map;
  for (auto& seed : seeds)
    map.add(std::move(seed));
  for (int round = 0; round < most_rounds && !in.stop().requested(); ++round) {
    if (map.fresh.empty() || map.size() >= enough)
      break;
    in.steps().update("asking hosts for others: " + std::to_string(map.size()) + " known");
    shuffle(map.fresh, in.world().world);
    std::vector<std::function<asio::awaitable<void>()>> work;
    for (size_t i = std::min(asked_at_once, map.fresh.size()); i > 0; --i) {
      auto host = std::move(map.fresh.back());
      map.fresh.pop_back();
      work.emplace_back([&in, &map, host] { return ask_one(in, map, host); });
    }
    co_await all_of(std::move(work), asked_at_once);
  }
  std::vector<host_place> out = std::move(map.good);
  out.insert(out.end(), map.fresh.begin(), map.fresh.end());
  shuffle(out, in.world().world);
  out.insert(out.end(), map.silent.begin(), map.silent.end());
  co_return out;
}

host_facts read_info(const json& answer) {
  host_facts out;
  out.cost_per_month = number_in(answer, "costPerMonth");
  if (const auto* code = answer.find_text("currency"))
    out.currency = printable(*code, 16);
  out.accepts = flag_in(answer, "acceptingUploads");
  out.self_test = flag_in(answer, "selfTestSuccess");
  out.uptime = number_in(answer, "serviceUptime");
  out.known_peers = number_in(answer, "numPeers");
  return out;
}

} // namespace codius::client
