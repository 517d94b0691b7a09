#pragma once
#include "messages/env.hpp"
#include "messages/error.hpp"
#include "messages/money.hpp"
#include "net/ilp/btp_uri.hpp"
#include "runtime/base/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace codius::runtime {

enum class pod_runtime_kind : uint8_t { oci, noop };

/// An address to listen on.
struct listen_address {
  std::string ip; ///< IPv4 or IPv6 literal
  uint16_t port = 0;
  bool operator==(const listen_address&) const = default;
};

/// What the host runs with; what each setting means is in `settings()` (config_table.hpp).
struct config {
  bool dev = false;
  std::string public_uri; ///< "https://host" or "https://host:port", lower case, no path
  std::string public_host;
  uint16_t public_port = 0;
  bool public_tls = false;
  bool public_uri_follows_port = false; ///< nobody gave one; see effective_public_uri
  uint16_t port = 3000;                 ///< 0, in development mode only: any free one
  std::string bind_ip;
  std::string root;
  std::string run_dir;
  decimal cost_per_month; ///< of one standard machine, in whole units of the asset
  double max_memory_fraction = 0.75;
  bool additional_host_info = true;
  pod_runtime_kind pod_runtime = pod_runtime_kind::oci;
  std::string oci_runtime; ///< empty: the first one found; else a name or an absolute path
  std::vector<std::string> insecure_registries; ///< host or host:port
  std::string pod_subnet;                       ///< IPv4 CIDR, host bits zero
  std::optional<listen_address> ilp_listen;     ///< none: the embedded connector takes no clients
  bool admin_socket = true; ///< the admin API is at run_dir/admin.sock; see also admin_listen
  std::optional<listen_address> admin_listen;   ///< the admin API is at this loopback port instead
  std::optional<net::btp_uri> uplink;           ///< none: the root of a private network; secret
  asset ledger; ///< of the private network; an uplink tells its own by ILDCP
  std::chrono::seconds min_duration{1};
  std::chrono::seconds max_duration{31'536'000};
  std::chrono::seconds payment_timeout{60};
  std::chrono::seconds pull_timeout{600};
  std::vector<std::string> bootstrap_peers; ///< origins, e.g. "https://host.example"
  std::chrono::milliseconds gossip_interval{5000};
  size_t known_peers = 100;
  bool self_test = false;
  unsigned self_test_retries = 5;
  std::chrono::seconds self_test_interval{5};
  log::level log_level = log::level::info;
  log::format log_format = log::format::logfmt;
  unsigned threads = 0; ///< 0: one a core
};

/// Where one setting's value came from.
struct origin {
  std::string setting; ///< as in the file, e.g. "public_uri"
  std::string value;   ///< as given, secrets masked
  std::string source;  ///< "flag --port", "environment CODIUS_PORT", "FILE:LINE" or "default"
};

/// What the command line asks the program to do.
enum class command : uint8_t {
  run,
  check_config,
  release_host, ///< remove every pod and all that was set up for them
  help,
  version,
};

struct loaded_config {
  command wanted = command::run;
  config values;                     ///< unset for `help` and `version`
  std::vector<origin> origins;       ///< one a setting, in the table's order
  std::vector<std::string> warnings; ///< one line each
};

using environment = std::map<std::string, std::string>;

/// The process's environment from `environ`.
environment read_environment(const char* const* environ);

/// Settings from flags, then the environment, then the TOML file, then the defaults. The file is
/// the one of --config or CODIUS_CONFIG, else `default_file` if there is one. An empty variable
/// counts as unset. `world` makes the random token of the default uplink.
/// Errors: `invalid`; the detail has one line for each thing wrong, all at once, each naming
/// setting, value, source and what would be right. The program ends with status 2 then.
result<loaded_config> load_config(std::span<const std::string> arguments, const environment& vars,
                                  const env& world,
                                  const std::string& default_file = "/etc/codius/codius.toml");

/// The public URI once the port is known: in development mode with port 0 and no URI given, the
/// URI follows `bound_port`; otherwise it is `public_uri`.
std::string effective_public_uri(const config& c, uint16_t bound_port);

/// For --check-config: each setting, its value and its source, a line each; then the warnings.
std::string check_config_text(const loaded_config& loaded);
/// For --help.
std::string config_help_text();
/// The README's table of settings, in Markdown.
std::string config_markdown_table();
/// An example file with every setting at its default, commented out.
std::string config_example_file();

} // namespace codius::runtime
