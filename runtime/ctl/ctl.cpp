#include "runtime/ctl/ctl.hpp"

#include "runtime/ctl/admin_link.hpp"
#include "runtime/ctl/events.hpp"
#include "runtime/ctl/exit_codes.hpp"
#include "runtime/ctl/views.hpp"

#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

namespace codius::runtime::ctl {

namespace {

constexpr const char* help
  = "codiusd ctl [--json] [--admin WHERE] COMMAND\n\n"
    "Asks the admin API of the host that runs on this machine.\n\n"
    "  status               how the host is\n"
    "  pods                 all pods, the next to end first\n"
    "  pod HASH             one pod\n"
    "  evict HASH [--reason TEXT]\n"
    "                       end a pod now; what is left of its paid time becomes credit of the\n"
    "                       pay tokens that bought it\n"
    "  earnings             money that came, by asset\n"
    "  peers                other hosts\n"
    "  peers add URI        … one more, kept across restarts\n"
    "  peers remove URI     … one less\n"
    "  tree                 the actors, and how often they were restarted\n"
    "  price [COST]         the price of a month; with COST a new one, until the next start;\n"
    "                       whoever was quoted the old one may buy at it for a minute\n"
    "  drain [on|off]       refuse new pods; those that run go on, and can be extended\n"
    "  reload               read the settings again, and change what can be changed while it\n"
    "                       runs: all, or, when one is wrong, nothing\n"
    "  self-test [run]      the latest self-test; run: begin one now\n"
    "  metrics              what Prometheus gets\n"
    "  events [--after N] [--limit M]\n"
    "                       what was changed of pods, payments and settings; else the latest\n"
    "  events --follow      … and what is being changed, until Ctrl-C; --after N: from there on\n"
    "  events --verify      whether a row was changed or taken out since it was written\n\n"
    "  --json               what the host said, for scripts\n"
    "  --admin WHERE        the socket's path or 127.0.0.1:PORT; else as the settings of codiusd\n"
    "                       say (environment and /etc/codius/codius.toml)\n\n"
    "Example: codiusd ctl price 12.5\n\n"
    "Exit status: 0 done, 1 the host said no, 2 wrong words, 3 no host to be reached.\n";

struct request {
  std::string method = "GET";
  std::string target;
  std::string body = {};
  std::string (*view)(const json&) = nullptr; ///< null: the answer as it is
  const char* part = nullptr;                 ///< the member of the answer that the view shows
};

using words = std::span<const std::string>;

/// As one piece of a request target (RFC 3986, section 2.1).
std::string encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                       || c == '-' || c == '.' || c == '_' || c == '~';
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", c);
    out += plain ? std::string(1, static_cast<char>(c)) : escaped;
  }
  return out;
}

std::optional<request> price(words rest) {
  if (rest.empty())
    return request{"GET", "/terms", {}, terms_view};
  if (rest.size() > 1)
    return std::nullopt;
  return request{"PATCH", "/terms", dump(json_object{{"costPerMonth", rest[0]}}), terms_view, "now"};
}

std::optional<request> drain(words rest) {
  if (rest.size() > 1 || (rest.size() == 1 && rest[0] != "on" && rest[0] != "off"))
    return std::nullopt;
  const bool on = rest.empty() || rest[0] == "on";
  return request{"PATCH", "/terms", dump(json_object{{"draining", on}}), terms_view, "now"};
}

std::optional<request> peers(words rest) {
  if (rest.empty())
    return request{"GET", "/peers", {}, peers_view};
  if (rest.size() != 2)
    return std::nullopt;
  if (rest[0] == "add")
    return request{"POST", "/peers", dump(json_object{{"uri", rest[1]}})};
  if (rest[0] == "remove")
    return request{"DELETE", "/peers?uri=" + encoded(rest[1])};
  return std::nullopt;
}

std::optional<request> evict(words rest) {
  request out{"DELETE", {}, {}, evicted_view};
  std::string hash, reason;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == "--reason" && i + 1 < rest.size())
      reason = rest[++i];
    else if (hash.empty() && !rest[i].starts_with("-"))
      hash = rest[i];
    else
      return std::nullopt;
  }
  if (hash.empty())
    return std::nullopt;
  out.target = "/pods/" + encoded(hash) + (reason.empty() ? "" : "?reason=" + encoded(reason));
  return out;
}

std::optional<request> to_request(words all) {
  if (all.empty())
    return std::nullopt;
  const auto& name = all.front();
  const auto rest = all.subspan(1);
  if (name == "price")
    return price(rest);
  if (name == "drain")
    return drain(rest);
  if (name == "peers")
    return peers(rest);
  if (name == "evict")
    return evict(rest);
  if (name == "pod" && rest.size() == 1)
    return request{"GET", "/pods/" + encoded(rest[0]), {}, pod_view};
  if (name == "self-test" && rest.size() == 1 && rest[0] == "run")
    return request{"POST", "/self-test", {}, self_test_view};
  if (!rest.empty())
    return std::nullopt;
  if (name == "status")
    return request{"GET", "/status", {}, status_view};
  if (name == "pods")
    return request{"GET", "/pods", {}, pods_view};
  if (name == "earnings")
    return request{"GET", "/earnings", {}, earnings_view};
  if (name == "tree")
    return request{"GET", "/tree", {}, tree_view};
  if (name == "self-test")
    return request{"GET", "/self-test", {}, self_test_view};
  if (name == "reload")
    return request{"POST", "/reload", {}, reload_view};
  if (name == "metrics")
    return request{"GET", "/metrics"};
  return std::nullopt;
}

/// From the settings of the host, as far as they can be read.
admin_place place_of(const environment& vars, const env& world) {
  if (const auto loaded = load_config({}, vars, world)) {
    const auto& cfg = loaded->values;
    if (cfg.admin_listen)
      return {cfg.admin_listen->ip + ":" + std::to_string(cfg.admin_listen->port)};
    return {cfg.run_dir + "/admin.sock"};
  }
  const auto dir = vars.find("CODIUS_RUN_DIR");
  return {(dir == vars.end() ? "/run/codius" : dir->second) + "/admin.sock"};
}

/// What was wrong, and where, as the host says it.
void complain(const json& answer) {
  const auto* message = answer.find_text("message");
  std::fprintf(stderr, "the host said no: %s\n", message ? message->c_str() : "without a reason");
  if (const auto* problems = answer.find("problems"); problems != nullptr && problems->array())
    for (const auto& each : *problems->array())
      if (const auto* line = each.text())
        std::fprintf(stderr, "  %s\n", line->c_str());
  const auto* errors = answer.find("errors");
  if (errors != nullptr && errors->array() != nullptr)
    for (const auto& each : *errors->array())
      if (const auto *at = each.find_text("pointer"), *why = each.find_text("message"); at && why)
        std::fprintf(stderr, "  %s %s\n", at->c_str(), why->c_str());
}

int show(const request& asked, const admin_answer& answer, bool as_json) {
  const auto body = parse_json(answer.body);
  if (answer.status >= 300) {
    if (as_json)
      std::printf("%s\n", answer.body.c_str());
    else
      complain(body ? *body : json{});
    return refused;
  }
  std::string text = answer.body;
  if (as_json && body) {
    text = dump_pretty(*body) + "\n";
  } else if (asked.view != nullptr && body) {
    const auto* part = asked.part ? body->find(asked.part) : nullptr;
    text = asked.view(part ? *part : *body);
  } else if (body) {
    text = dump_pretty(*body) + "\n";
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return done;
}

} // namespace

int run(std::span<const std::string> arguments, const environment& vars, const env& world) {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> rest;
  std::optional<admin_place> at;
  bool as_json = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--help" || word == "-h") {
      std::fputs(help, stdout);
      return done;
    }
    if (word == "--json")
      as_json = true;
    else if (word == "--admin" && i + 1 < arguments.size())
      at = admin_place{arguments[++i]};
    else if (word.starts_with("--admin="))
      at = admin_place{std::string{word.substr(8)}};
    else
      rest.push_back(arguments[i]);
  }
  const auto place = at ? *at : place_of(vars, world);
  if (!rest.empty() && rest.front() == "events")
    return show_events(std::span{rest}.subspan(1), place, as_json);
  const auto asked = to_request(rest);
  if (!asked) {
    std::fprintf(stderr, "codiusd ctl does not know these words; see codiusd ctl --help\n");
    return wrong_use;
  }
  const auto answer = ask_admin(place, asked->method, asked->target, asked->body);
  if (!answer) {
    std::fprintf(stderr, "%s\n", answer.error().detail.c_str());
    return answer.error().code == errc::invalid ? wrong_use : no_host;
  }
  return show(*asked, *answer, as_json);
}

} // namespace codius::runtime::ctl
