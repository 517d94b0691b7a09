#include "runtime/client/tail.hpp"

#include "runtime/client/crowd.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/host_link.hpp"
#include "runtime/client/session.hpp"
#include "runtime/client/state_file.hpp"
#include "runtime/client/text.hpp"

#include <deque>
#include <memory>

namespace codius::client {

using namespace std::chrono_literals;

namespace {

constexpr size_t longest_line = 64 * 1024;
constexpr auto silence_limit = 30s; // hosts say "ping" each second
constexpr auto no_limit = std::chrono::hours{24 * 365};

constexpr option_spec specs[] = {
  option_spec{"--host", "URL", "The host that runs it, when POD is a hash. Repeatable.", true},
  options::state_file,
  option_spec{"--no-follow", "", "Show what is there, and end."},
};

constexpr positional_spec places[] = {
  {"POD",
   "The manifest's hash, with --host; or the pod's address, as HASH.host.example. Default: the pod "
   "of the state file.",
   0, 1}};

struct source {
  net::http_uri host;
  std::optional<failure> why;
};

/// Writes a line with where it is from.
log_lines::show_line shower(const program_world& world, std::string host) {
  return [&world, host = std::move(host)](auto container, auto stream, auto text) {
    const auto& style = world.streams.out_style;
    const auto name = printable(container, 100);
    world.streams.out(
      tinted(style, tint::faint, host) + " "
      + (stream == "stderr" ? tinted(style, tint::bad, name) : tinted(style, tint::good, name))
      + " " + (style.terminal ? printable(text, longest_line) : std::string{text}) + "\n");
  };
}

asio::awaitable<void> follow_one(session& in, source& from, std::string hash, bool follow) {
  const auto name = origin_of(from.host);
  const auto link = std::make_shared<host_link>(from.host);
  const auto lines = std::make_shared<log_lines>(shower(in.world(), name));
  host_request request;
  request.method = "GET";
  request.target = "/pods/" + hash + "/logs?follow=" + (follow ? "true" : "false");
  request.on_piece = [lines, link](std::string_view piece) { lines->take(piece); };
  auto asking = link->ask(std::move(request), silence_limit);
  const auto answer = co_await within(no_limit, in.stop(), std::move(asking));
  lines->end();
  if (in.stop().requested())
    co_return;
  if (!*answer)
    from.why = explain_silence(answer->error(), name);
  else if ((*answer)->status == 404 || (*answer)->status == 403)
    from.why = failure{exit_code::host, explain_refusal(**answer, name).what,
                       "Only the output of pods that were uploaded with --debug is shown"};
  else if ((*answer)->status != 200)
    from.why = explain_refusal(**answer, name);
}

asio::awaitable<void> follow_all(session& in, std::deque<source>& all, std::string hash,
                                 bool follow) {
  std::vector<std::function<asio::awaitable<void>()>> work;
  for (auto& from : all)
    work.emplace_back([&in, &from, hash, follow] { return follow_one(in, from, hash, follow); });
  co_await all_of(std::move(work), all.size());
}

int refuse(const failure& why, const program_world& world) {
  world.streams.err("codius tail: " + why.what + "\n"
                    + (why.next.empty() ? "" : "  " + why.next + ".\n"));
  return static_cast<int>(why.code);
}

outcome<pod_address> pod_of_state(option_reader& in, std::vector<net::http_uri> hosts) {
  const auto* named = in.value("codius-state-file");
  const auto path = find_state_file(named ? std::optional{*named} : std::nullopt);
  if (!path)
    return path.failure();
  const auto state = read_state_file(*path);
  if (!state)
    return state.failure();
  pod_address out{state->hash(), std::move(hosts)};
  if (out.hosts.empty())
    for (const auto& host : state->hosts())
      out.hosts.push_back(*net::parse_http_uri(host));
  if (out.hosts.empty())
    return failure{exit_code::user, printable(*path) + " names no host that runs the pod", {}};
  return out;
}

int run_tail(const given_options& given, const program_world& world) {
  option_reader in{given};
  auto hosts = read_hosts(in);
  if (!in.wrong().empty())
    return refuse({exit_code::user, in.wrong(), "Try codius tail --help"}, world);
  const auto* word = in.value("POD");
  const auto pod
    = word ? read_pod_address(*word, std::move(hosts)) : pod_of_state(in, std::move(hosts));
  if (!pod)
    return refuse(pod.failure(), world);
  return tail(*pod, !in.on("no-follow"), world);
}

constexpr command_spec commands[] = {
  {"tail", "Show what a pod writes, as it writes it.", specs,
   "The pod must have been uploaded with --debug. Each line names host and container; on a "
   "terminal\n"
   "what goes to the standard error output is red. Ends with the pod, or with Ctrl-C.\n",
   "  codius tail\n"
   "  codius tail HASH.host.example\n"
   "  codius tail HASH --host http://localhost:3000 --no-follow\n",
   run_tail, places},
};

} // namespace

void log_lines::take(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    if (end == piece.npos) {
      held_ += piece;
      if (held_.size() > longest_line) {
        line(held_);
        held_.clear();
      }
      return;
    }
    if (held_.empty()) {
      line(piece.substr(0, end));
    } else {
      line(held_.append(piece.substr(0, end)));
      held_.clear();
    }
    piece.remove_prefix(end + 1);
  }
}

void log_lines::end() {
  if (!held_.empty())
    line(held_);
  held_.clear();
}

void log_lines::line(std::string_view text) {
  if (!text.empty() && text.back() == '\r')
    text.remove_suffix(1);
  if (text.empty() || text == "ping")
    return;
  const auto first = text.find(' ');
  const auto second = first == text.npos ? text.npos : text.find(' ', first + 1);
  const auto stream = first == text.npos ? "" : text.substr(first + 1, second - first - 1);
  if (stream != "stdout" && stream != "stderr")
    return show_("-", "stdout", text); // not as it should be, but somebody wrote it
  show_(text.substr(0, first), stream, second == text.npos ? "" : text.substr(second + 1));
}

int tail(const pod_address& pod, bool follow, const program_world& world) {
  std::deque<source> all;
  for (const auto& host : pod.hosts)
    all.push_back({host, {}});
  session asking{world, no_limit};
  asking.run([&] { return follow_all(asking, all, pod.hash, follow); });
  if (asking.stop().requested())
    return static_cast<int>(exit_code::interrupted);
  int code = 0;
  for (const auto& from : all)
    if (from.why)
      code = refuse(*from.why, world);
  return code;
}

std::span<const command_spec> tail_commands() { return commands; }

} // namespace codius::client
