#include "runtime/client/buy_options.hpp"

#include "runtime/base/json.hpp"

#include <algorithm>

namespace codius::client {

namespace {

constexpr uint64_t usual_monthly_rate = 10;
constexpr const char* usual_units = "XRP";

void read_max_price(option_reader& in, std::optional<price_limit>& out) {
  const auto* text = in.value("max-price");
  if (!text)
    return;
  if (auto limit = parse_price_limit(*text))
    out = *std::move(limit);
  else
    in.refuse("max-price", *text, limit.error().detail);
}

/// Options win over what `out` holds, which wins over the usual ones.
void read_monthly(option_reader& in, spend_rules& out) {
  auto rule = out.max_monthly.value_or(whole_amount{{usual_monthly_rate, 0}, usual_units});
  if (const auto* text = in.value("units")) {
    const auto read = parse_price_limit("1" + *text);
    const auto* amount = read ? std::get_if<whole_amount>(&*read) : nullptr;
    if (!amount || amount->amount != decimal{1, 0})
      in.refuse("units", *text, "must be the code of an asset, e.g. XRP");
    else
      rule.code = amount->code;
    out.monthly_named = true;
  }
  if (const auto* text = in.value("max-monthly-rate")) {
    const auto rate = parse_decimal(*text);
    if (!rate || rate->mantissa == 0)
      in.refuse("max-monthly-rate", *text, "must be an amount of whole units, e.g. 10 or 0.5");
    else
      rule.amount = *rate;
    out.monthly_named = true;
  }
  out.max_monthly = rule;
}

/// The `server` of a credentials object, or the text itself.
std::string server_of(const std::string& credentials) {
  if (!credentials.starts_with('{'))
    return credentials;
  const auto parsed = runtime::parse_json(credentials);
  const auto* server = parsed ? parsed->find_text("server") : nullptr;
  return server ? *server : std::string{};
}

void read_ledger(option_reader& in, const environment_lookup& variable,
                 std::optional<net::btp_uri>& out) {
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

void read_buy_options(option_reader& in, const environment_lookup& variable, buy_options& out) {
  in.time("timeout", out.time_limit);
  read_max_price(in, out.max_price);
  read_monthly(in, out);
  size_t retries = static_cast<size_t>(out.retries);
  in.number("retries", retries, 0, 9);
  out.retries = static_cast<int>(retries);
  read_ledger(in, variable, out.ledger);
  out.assume_yes = in.on("assume-yes");
  out.as_json = in.on("json");
}

std::vector<net::http_uri> read_hosts(option_reader& in) {
  std::vector<net::http_uri> out;
  for (const auto& text : in.all("host")) {
    auto host = parse_host(text);
    // What stands before an @ may be a password.
    const auto shown = text.find('@') == text.npos ? text : "..." + text.substr(text.rfind('@'));
    if (!host)
      in.refuse("host", shown, host.error().detail);
    else if (std::find(out.begin(), out.end(), *host) == out.end())
      out.push_back(*std::move(host));
  }
  return out;
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

std::string origin_of(const net::http_uri& host) { return host.origin(); }

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

} // namespace codius::client
