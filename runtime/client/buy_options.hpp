#pragma once
#include "net/http/uri.hpp"
#include "net/ilp/btp_uri.hpp"
#include "runtime/client/option_reader.hpp"
#include "runtime/client/price.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

// What all commands that pay have in common.

namespace codius::client {

/// The most that may be paid to one host.
struct spend_rules {
  std::optional<price_limit> max_price;
  std::optional<whole_amount> max_monthly; ///< for a month, in this asset
  bool monthly_named = false;              ///< by the person, or the state file; else the default
};

struct buy_options : spend_rules {
  bool assume_yes = false;
  bool as_json = false;
  std::optional<net::btp_uri> ledger; ///< none: moneyd's default place
  std::chrono::seconds time_limit{900};
  int retries = 3; ///< of a host that falls silent while it is paid
};

/// Options that several commands have, for their tables.
namespace options {
inline constexpr option_spec hosts{
  "--host", "URL", "A host that is to run the pod, e.g. https://host.example. Repeatable.", true};
inline constexpr option_spec max_monthly_rate{
  "-m,--max-monthly-rate", "AMOUNT",
  "Pay no host more than this for a month, in whole units of --units. Default 10."};
inline constexpr option_spec units{"-u,--units", "CODE",
                                   "The asset of --max-monthly-rate. Default XRP."};
inline constexpr option_spec max_price{
  "--max-price", "AMOUNT",
  "Pay each host no more than this now: smallest units of your asset, or e.g. 0.01XRP. Default: "
  "its price and 1 %, within --max-monthly-rate."};
inline constexpr option_spec yes{"-y,--yes,--assume-yes", "", "Pay without asking."};
inline constexpr option_spec btp{
  "--btp", "URL",
  "Pay through this ledger account, e.g. btp+ws://:token@localhost:7768. Default: the server in "
  "ILP_CREDENTIALS, else moneyd on this machine."};
inline constexpr option_spec timeout{"--timeout", "TIME",
                                     "Give up after this time; money stops at once. Default 900."};
inline constexpr option_spec retries{
  "--retries", "N",
  "Ask a host that falls silent in the middle so often again, 0 to 9. Default 3."};
inline constexpr option_spec json{"--json", "", "Print one JSON object, also for failures."};
inline constexpr option_spec state_file{
  "--codius-state-file", "FILE",
  "The record of the upload. Default: the only file here that ends in .codiusstate.json."};
} // namespace options

/// Reads them, and the environment (`ILP_CREDENTIALS`). Secret values are not shown.
void read_buy_options(option_reader& in, const environment_lookup& variable, buy_options& out);

/// Each `--host`, without those that are there twice.
std::vector<net::http_uri> read_hosts(option_reader& in);

/// A host as people write it: an origin, or a name alone, which means https, or http for names of
/// this machine. Errors: `invalid`, in words that follow the option and its value.
result<net::http_uri> parse_host(std::string_view text);

/// "http://localhost:3000".
std::string origin_of(const net::http_uri& host);

/// Registries without TLS: of `--insecure-registry`, and of CODIUS_INSECURE_REGISTRIES.
std::vector<std::string> insecure_registries(const given_options& given,
                                             const environment_lookup& variable);

} // namespace codius::client
