#include "runtime/base/config_table.hpp"

#include "runtime/base/config_values.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

using std::string_view;
using namespace std::chrono_literals;

constexpr auto year = std::chrono::seconds{31'536'000};

bool read_asset_code(string_view text, std::string& out) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (text.empty() || text.size() > 20 || !std::all_of(text.begin(), text.end(), fits))
    return false;
  out = text;
  return true;
}

bool read_oci_runtime(string_view text, std::string& out) {
  if (text == "auto") {
    out.clear();
    return true;
  }
  if (text != "runc" && text != "crun")
    return read_path(text, out);
  out = text;
  return true;
}

bool read_level(string_view text, log::level& out) {
  for (auto l : {log::level::debug, log::level::info, log::level::warn, log::level::error})
    if (text == to_string(l)) {
      out = l;
      return true;
    }
  return false;
}

bool read_format(string_view text, log::format& out) {
  for (auto f : {log::format::logfmt, log::format::json})
    if (text == to_string(f)) {
      out = f;
      return true;
    }
  return false;
}

bool read_price(string_view text, decimal& out) {
  const auto read = parse_decimal(text);
  if (read)
    out = *read;
  return static_cast<bool>(read);
}

const std::vector<setting>& table() {
  static const std::vector<setting> all{
    {"dev",
     {"CODIUS_DEV"},
     "false",
     "",
     "",
     "Development mode: no TLS, no uplink; the host is the root of a private ledger of its own.",
     "true or false",
     [](config& c, string_view t) { return read_truth(t, c.dev); },
     true},
    {"public_uri",
     {"CODIUS_PUBLIC_URI"},
     "",
     "",
     "",
     "Where the world reaches this host. Pods are at HASH.<its host>, so DNS needs a wildcard. "
     "Required, except in development mode (http://localhost:PORT).",
     "http:// or https://, a host name and perhaps a port, without user, path, query or fragment",
     [](config& c, string_view t) { return read_public_uri(t, c); }},
    {"port",
     {"CODIUS_PORT"},
     "3000",
     "",
     "",
     "Port of the public HTTP server. 0 takes any free one, in development mode only.",
     "a whole number from 0 to 65535",
     [](config& c, string_view t) { return read_whole(t, c.port, 0, 65535); }},
    {"bind_ip",
     {"CODIUS_BIND_IP"},
     "127.0.0.1",
     "",
     "",
     "Address of the public HTTP server.",
     "an IPv4 or IPv6 address",
     [](config& c, string_view t) { return read_ip(t, c.bind_ip); }},
    {"root",
     {"CODIUS_ROOT"},
     "/var/lib/codius",
     "",
     "",
     "What must outlive a restart: database, secret, images.",
     "an absolute path",
     [](config& c, string_view t) { return read_path(t, c.root); }},
    {"run_dir",
     {"CODIUS_RUN_DIR"},
     "/run/codius",
     "",
     "",
     "What lives as long as the machine is up: sockets, bundles, process ids.",
     "an absolute path",
     [](config& c, string_view t) { return read_path(t, c.run_dir); }},
    {"cost_per_month",
     {"CODIUS_COST_PER_MONTH", "COST_PER_MONTH", "CODIUS_XRP_PER_MONTH"},
     "10",
     "",
     "whole units of the asset",
     "Price of one small pod for a month of 2 628 000 s. Exact.",
     "a decimal number of at most 18 digits, not negative, without exponent",
     [](config& c, string_view t) { return read_price(t, c.cost_per_month); }},
    {"max_memory_fraction",
     {"CODIUS_MAX_MEMORY_FRACTION"},
     "0.75",
     "",
     "",
     "The part of the machine's memory that pods may have.",
     "more than 0 and at most 1",
     [](config& c, string_view t) { return read_fraction(t, c.max_memory_fraction); }},
    {"additional_host_info",
     {"CODIUS_ADDITIONAL_HOST_INFO"},
     "true",
     "",
     "",
     "Tell in /info how full the host is and how long it has been up.",
     "true or false",
     [](config& c, string_view t) { return read_truth(t, c.additional_host_info); },
     true},
    {"pod_runtime",
     {"CODIUS_POD_RUNTIME"},
     "oci",
     "",
     "",
     "What runs the pods: oci (runc or crun, needs root), or noop, which runs nothing. "
     "CODIUS_HYPER_NOOP=true means noop.",
     "oci or noop",
     [](config& c, string_view t) {
       c.pod_runtime = t == "noop" ? pod_runtime_kind::noop : pod_runtime_kind::oci;
       return t == "noop" || t == "oci";
     }},
    {"oci_runtime",
     {"CODIUS_OCI_RUNTIME"},
     "auto",
     "",
     "",
     "The OCI runtime program; auto takes the first of crun and runc that is installed.",
     "auto, runc, crun or an absolute path",
     [](config& c, string_view t) { return read_oci_runtime(t, c.oci_runtime); }},
    {"insecure_registries",
     {"CODIUS_INSECURE_REGISTRIES"},
     "",
     "",
     "",
     "Registries that are spoken to without TLS, e.g. 127.0.0.1:5000.",
     "a comma-separated list of host or host:port",
     [](config& c, string_view t) { return read_hosts(t, c.insecure_registries); }},
    {"pod_subnet",
     {"CODIUS_POD_SUBNET"},
     "10.88.0.0/16",
     "",
     "",
     "The addresses that pods get, each from one bridge.",
     "an IPv4 network from /8 to /28 with all host bits zero, e.g. 10.88.0.0/16",
     [](config& c, string_view t) { return read_subnet(t, c.pod_subnet); }},
    {"ilp_credentials",
     {"ILP_CREDENTIALS"},
     "",
     "",
     "",
     "The uplink: a BTP URL such as btp+ws://:TOKEN@HOST:PORT, or the JSON object that the "
     "original takes. Default: moneyd at btp+ws://localhost:7768 with a fresh random token; in "
     "development mode none.",
     "a btp+ws:// or btp+wss:// URL, or a JSON object with such a \"server\"",
     [](config& c, string_view t) { return read_credentials(t, c.uplink); },
     false,
     true},
    {"ilp_plugin",
     {"ILP_PLUGIN"},
     "ilp-plugin-btp",
     "",
     "",
     "Accepted for the original's sake; BTP is what is spoken.",
     "ilp-plugin-btp",
     [](config&, string_view t) { return t == "ilp-plugin-btp"; }},
    {"ilp_listen",
     {"CODIUS_ILP_LISTEN"},
     "off",
     "127.0.0.1:7768",
     "",
     "Where the embedded connector takes BTP clients, or off. In development mode with an uplink "
     "the default is off, too.",
     "off, IP:PORT or [IPv6]:PORT",
     [](config& c, string_view t) { return read_listen(t, c.ilp_listen); }},
    {"admin_listen",
     {"CODIUS_ADMIN_LISTEN"},
     "socket",
     "",
     "",
     "Where the admin API is: socket (run_dir/admin.sock, mode 0600), a loopback address, or off.",
     "socket, off, 127.0.0.1:PORT or [::1]:PORT",
     [](config& c, string_view t) { return read_admin_door(t, c); }},
    {"asset_code",
     {"CODIUS_ASSET_CODE"},
     "XRP",
     "",
     "",
     "What the private ledger counts in. With an uplink, the uplink says.",
     "1 to 20 letters and digits",
     [](config& c, string_view t) { return read_asset_code(t, c.ledger.code); }},
    {"asset_scale",
     {"CODIUS_ASSET_SCALE"},
     "9",
     "",
     "",
     "Its smallest unit is 10^-scale. With an uplink, the uplink says.",
     "a whole number from 0 to 18",
     [](config& c, string_view t) { return read_whole(t, c.ledger.scale, 0, 18); }},
    {"min_duration",
     {"CODIUS_MIN_DURATION"},
     "1",
     "",
     "seconds",
     "The shortest time that is sold.",
     "seconds, or a number with s, m, h or d; at most 365d",
     [](config& c, string_view t) { return read_seconds(t, c.min_duration, year); }},
    {"max_duration",
     {"CODIUS_MAX_DURATION"},
     "31536000",
     "",
     "seconds",
     "The longest time that is sold at once.",
     "seconds, or a number with s, m, h or d; at most 3650d",
     [](config& c, string_view t) { return read_seconds(t, c.max_duration, 10 * year); }},
    {"payment_timeout",
     {"CODIUS_PAYMENT_TIMEOUT"},
     "60",
     "",
     "seconds",
     "How long an upload waits for its money.",
     "seconds, or a number with s or m; at most 1h",
     [](config& c, string_view t) { return read_seconds(t, c.payment_timeout, 1h); }},
    {"pull_timeout",
     {"CODIUS_PULL_TIMEOUT"},
     "600",
     "",
     "seconds",
     "How long fetching one image may take.",
     "seconds, or a number with s, m or h; at most 1d",
     [](config& c, string_view t) { return read_seconds(t, c.pull_timeout, 24h); }},
    {"bootstrap_peers",
     {"CODIUS_BOOTSTRAP_PEERS"},
     "https://codius.justmoon.com, https://codius.andros-connector.com, "
     "https://codius.risky.business, https://codius.feraltc.com, "
     "https://codius.tinypolarbear.com, https://x1.codiushost.com",
     "[]",
     "",
     "Other hosts to begin with; never forgotten.",
     "a JSON array of URIs of hosts, e.g. [\"https://host.example\"], or such URIs separated by "
     "commas; https outside development mode",
     [](config& c, string_view t) { return read_peers(t, c.bootstrap_peers); }},
    {"gossip_interval",
     {"CODIUS_GOSSIP_INTERVAL"},
     "5",
     "",
     "seconds",
     "How often other hosts are asked for news of others, a quarter more or less.",
     "seconds, or a number with ms, s, m or h; 50ms to 1h",
     [](config& c, string_view t) { return read_interval(t, c.gossip_interval, 1h); }},
    {"known_peers",
     {"CODIUS_KNOWN_PEERS"},
     "100",
     "",
     "",
     "How many other hosts to keep in touch with; each is asked once in 12 intervals.",
     "a whole number from 10 to 9000",
     [](config& c, string_view t) { return read_whole(t, c.known_peers, 10, 9000); }},
    {"self_test",
     {"CODIUS_SELF_TEST"},
     "true",
     "false",
     "",
     "Upload a pod to this host through its public URI, at start and from time to time. Until that "
     "has worked once, uploads and gossip are refused. Off where no pods are run (noop).",
     "true or false",
     [](config& c, string_view t) { return read_truth(t, c.self_test); }},
    {"self_test_retries",
     {"CODIUS_SELF_TEST_RETRIES"},
     "5",
     "",
     "",
     "How often one step of the self-test is tried.",
     "a whole number from 1 to 100",
     [](config& c, string_view t) { return read_whole(t, c.self_test_retries, 1, 100); }},
    {"self_test_interval",
     {"CODIUS_SELF_TEST_INTERVAL"},
     "5",
     "",
     "seconds",
     "From the first try of a step to the second; then twice as long each time, up to 30 s.",
     "seconds, or a number with s or m; at most 1h",
     [](config& c, string_view t) { return read_seconds(t, c.self_test_interval, 1h); }},
    {"log_level",
     {"CODIUS_LOG_LEVEL"},
     "info",
     "",
     "",
     "The least that is logged.",
     "debug, info, warn or error",
     [](config& c, string_view t) { return read_level(t, c.log_level); }},
    {"log_format",
     {"CODIUS_LOG_FORMAT"},
     "logfmt",
     "",
     "",
     "How the log is written, to stderr.",
     "logfmt or json",
     [](config& c, string_view t) { return read_format(t, c.log_format); }},
    {"threads",
     {"CODIUS_THREADS"},
     "0",
     "",
     "",
     "Threads that serve connections; 0 is one a core.",
     "a whole number from 0 to 256",
     [](config& c, string_view t) { return read_whole(t, c.threads, 0, 256); }},
  };
  return all;
}

constexpr string_view unused[] = {
  "CODIUS_ADMIN_API",         "CODIUS_ADMIN_PORT",
  "CODIUS_HYPER_SOCKET",      "CODIUS_MEMDOWN_PERSIST",
};

} // namespace

std::span<const setting> settings() { return table(); }
std::span<const string_view> unused_variables() { return unused; }

std::string flag_of(const setting& s) {
  std::string flag = "--" + std::string{s.key};
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

} // namespace codius::runtime
