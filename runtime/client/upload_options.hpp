#pragma once
#include "messages/sale.hpp"
#include "net/http/uri.hpp"
#include "net/ilp/btp_uri.hpp"
#include "runtime/client/command_line.hpp"
#include "runtime/client/price.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace codius::client {

/// The options of `codius upload`, as its help shows them.
std::span<const option_spec> upload_option_specs();
/// The rest of its help.
std::string_view upload_notes();
std::string_view upload_examples();

/// What `codius upload` is to do.
struct upload_options {
  net::http_uri host; ///< its target is "/"
  std::chrono::seconds duration{600};
  std::string codius_file = "codius.json";
  std::string vars_file = "codiusvars.json";
  bool vars_file_named = false; ///< not the default: it must be there
  std::optional<price_limit> max_price;
  bool assume_yes = false;
  bool as_json = false;
  std::optional<pay_token> token;
  std::vector<std::string> insecure_registries;
  std::optional<net::btp_uri> ledger; ///< none: moneyd's default place
  std::chrono::seconds time_limit{900};
  int retries = 3; ///< of a host that falls silent while it is paid
};

/// Reads options and environment (`ILP_CREDENTIALS`, `CODIUS_INSECURE_REGISTRIES`).
/// Errors: `invalid`, a line for each thing wrong; values that are secret are not shown.
result<upload_options> read_upload_options(const given_options& given,
                                           const environment_lookup& variable);

/// A host as people write it: an origin, or a name alone, which means https, or http for names of
/// this machine. Errors: `invalid`, in words that follow the option and its value.
result<net::http_uri> parse_host(std::string_view text);

/// "http://localhost:3000".
std::string origin_of(const net::http_uri& host);

/// Registries without TLS: of `--insecure-registry`, and of CODIUS_INSECURE_REGISTRIES.
std::vector<std::string> insecure_registries(const given_options& given,
                                             const environment_lookup& variable);

} // namespace codius::client
