#include "runtime/client/upload_options.hpp"

#include "messages/bytes.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <array>

namespace codius::client {

namespace {

constexpr std::array specs{
  option_spec{"--host", "URL", "The host that is to run the pod, e.g. https://host.example."},
  option_spec{"-d,--duration", "TIME",
              "How long it runs: seconds, or a number with m, h, d or w. Default 600."},
  option_spec{"--codius-file", "FILE", "What to run. Default codius.json."},
  option_spec{"--codius-vars-file", "FILE",
              "Values of its variables. Default codiusvars.json, if it is there."},
  option_spec{"--max-price", "AMOUNT",
              "Pay no more than this: smallest units of your asset, or e.g. 0.01XRP. Default: the "
              "host's price and 1 %."},
  option_spec{"-y,--yes,--assume-yes", "", "Pay without asking."},
  option_spec{"--pay-token", "TOKEN",
              "Use the credit of an earlier payment: the token that it printed."},
  option_spec{"--btp", "URL",
              "Pay through this ledger account, e.g. btp+ws://:token@localhost:7768. Default: the "
              "server in ILP_CREDENTIALS, else moneyd on this machine."},
  option_spec{"--insecure-registry", "HOST",
              "Ask this image registry without TLS. Repeatable; also a list in "
              "CODIUS_INSECURE_REGISTRIES.",
              true},
  option_spec{"--timeout", "TIME", "Give up after this time; money stops at once. Default 900."},
  option_spec{"--retries", "N",
              "Ask a host that falls silent in the middle so often again, 0 to 9. Default 3."},
  option_spec{"--json", "", "Print one JSON object, also for failures."},
};

/// Collects what is wrong, a line each.
class reader {
public:
  reader(const given_options& given, std::string& wrong) : given_(given), wrong_(wrong) {}

  const std::string* value(std::string_view name) const {
    const auto it = given_.find(name);
    return it == given_.end() ? nullptr : &it->second.front();
  }
  bool on(std::string_view name) const { return value(name) != nullptr; }

  void time(std::string_view name, std::chrono::seconds& out) {
    const auto* text = value(name);
    const auto time = text ? parse_duration(*text) : std::nullopt;
    if (time)
      out = *time;
    else if (text)
      refuse(name, *text, "must be seconds, or a number with s, m, h, d or w, e.g. 600 or 10m");
  }
  void path(std::string_view name, std::string& out) {
    if (const auto* text = value(name); text && text->empty())
      refuse(name, *text, "must be the path of a file");
    else if (text)
      out = *text;
  }
  void refuse(std::string_view name, std::string_view text, const std::string& why) {
    say("--" + std::string{name} + " \"" + printable(text, 100) + "\" " + why);
  }
  void say(const std::string& line) { wrong_ += (wrong_.empty() ? "" : "\n") + line; }

private:
  const given_options& given_;
  std::string& wrong_;
};

void read_host(reader& in, net::http_uri& out) {
  const auto* text = in.value("host");
  if (!text)
    return in.say("--host is missing: which host is to run the pod? E.g. --host "
                  "https://host.example");
  if (auto host = parse_host(*text))
    out = *std::move(host);
  else
    in.refuse("host", *text, host.error().detail);
}

void read_retries(reader& in, int& out) {
  const auto* text = in.value("retries");
  if (!text)
    return;
  if (text->size() != 1 || (*text)[0] < '0' || (*text)[0] > '9')
    return in.refuse("retries", *text, "must be a number from 0 to 9");
  out = (*text)[0] - '0';
}

void read_token(reader& in, std::optional<pay_token>& out) {
  const auto* text = in.value("pay-token");
  if (!text)
    return;
  const auto octets = from_base64_lenient(*text);
  pay_token token{};
  if (octets.size() != token.size())
    return in.refuse("pay-token", *text, "must be the 22 characters that an earlier run printed");
  std::copy(octets.begin(), octets.end(), token.begin());
  out = token;
}

void read_max_price(reader& in, std::optional<price_limit>& out) {
  const auto* text = in.value("max-price");
  if (!text)
    return;
  if (auto limit = parse_price_limit(*text))
    out = *std::move(limit);
  else
    in.refuse("max-price", *text, limit.error().detail);
}

/// The `server` of a credentials object, or the text itself.
std::string server_of(const std::string& credentials) {
  if (!credentials.starts_with('{'))
    return credentials;
  const auto parsed = runtime::parse_json(credentials);
  const auto* server = parsed ? parsed->find_text("server") : nullptr;
  return server ? *server : std::string{};
}

void read_ledger(reader& in, const environment_lookup& variable, std::optional<net::btp_uri>& out) {
  const auto* text = in.value("btp");
  const auto credentials = text ? *text : variable("ILP_CREDENTIALS");
  if (!text && credentials.empty())
    return;
  auto uri = net::parse_btp_uri(server_of(credentials));
  if (uri)
    out = *std::move(uri);
  else // the value holds a secret
    in.say(std::string{text ? "--btp" : "ILP_CREDENTIALS"}
           + " must be a URL such as btp+ws://:token@localhost:7768"
           + (text ? "" : ", or a JSON object with such a \"server\""));
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.")
         || host == "[::1]";
}

} // namespace

std::span<const option_spec> upload_option_specs() { return specs; }

std::string_view upload_notes() {
  return "The price is shown before anything is paid. Paying needs a ledger account that speaks "
         "BTP:\n"
         "moneyd, or the connector of a host in development mode. Progress goes to standard "
         "error,\n"
         "the result to standard output. NO_COLOR turns colours off.\n";
}

std::string_view upload_examples() {
  return "  codius upload --host https://host.example --duration 1h\n"
         "  codius upload --host http://localhost:3000 -d 600 --max-price 0.01XRP -y --json\n";
}

result<net::http_uri> parse_host(std::string_view text) {
  const error bad{errc::invalid, "must be the address of a host, e.g. https://host.example"};
  std::string whole{text};
  if (text.find("://") == text.npos) {
    const auto name = net::parse_authority(text.substr(0, text.find('/')));
    if (!name)
      return bad;
    whole = (is_this_machine(name->host) ? "http://" : "https://") + whole;
  }
  auto uri = net::parse_http_uri(whole);
  if (!uri)
    return bad;
  if (uri->target != "/")
    return error{errc::invalid, "must be the address of the host alone: " + origin_of(*uri)};
  return uri;
}

std::string origin_of(const net::http_uri& host) {
  return (host.tls ? "https://" : "http://") + host.authority();
}

std::vector<std::string> insecure_registries(const given_options& given,
                                             const environment_lookup& variable) {
  std::vector<std::string> out;
  if (const auto it = given.find("insecure-registry"); it != given.end())
    out = it->second;
  auto list = variable("CODIUS_INSECURE_REGISTRIES");
  std::replace(list.begin(), list.end(), ',', ' ');
  for (size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find(' ', at), list.size());
    if (end > at)
      out.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

result<upload_options> read_upload_options(const given_options& given,
                                           const environment_lookup& variable) {
  upload_options out;
  std::string wrong;
  reader in{given, wrong};
  read_host(in, out.host);
  in.time("duration", out.duration);
  in.time("timeout", out.time_limit);
  in.path("codius-file", out.codius_file);
  in.path("codius-vars-file", out.vars_file);
  out.vars_file_named = in.on("codius-vars-file");
  read_max_price(in, out.max_price);
  read_retries(in, out.retries);
  read_token(in, out.token);
  read_ledger(in, variable, out.ledger);
  out.insecure_registries = insecure_registries(given, variable);
  out.assume_yes = in.on("assume-yes");
  out.as_json = in.on("json");
  if (!wrong.empty())
    return error{errc::invalid, wrong};
  return out;
}

} // namespace codius::client
