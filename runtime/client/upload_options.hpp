#pragma once
#include "messages/sale.hpp"
#include "runtime/client/buy_options.hpp"
#include "runtime/client/host_list.hpp"
#include "runtime/client/state_file.hpp"

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
struct upload_options : buy_options {
  std::vector<net::http_uri> hosts; ///< each with the target "/"; empty: to be found
  std::optional<size_t> host_count; ///< named: hosts are chosen by price
  std::string hosts_file = usual_hosts_file;
  bool hosts_file_named = false; ///< not the default: it must be there
  std::chrono::seconds duration{600};
  std::string codius_file = "codius.json";
  std::string vars_file = "codiusvars.json";
  bool vars_file_named = false; ///< not the default: it must be there
  std::string state_file = usual_state_file;
  bool overwrite_state = false;
  bool add_host_env = false;
  bool debug = false;
  bool tail = false;
  std::optional<pay_token> token;
  std::vector<std::string> insecure_registries;
};

/// Reads options and environment (`ILP_CREDENTIALS`, `CODIUS_INSECURE_REGISTRIES`).
/// Errors: `invalid`, a line for each thing wrong; values that are secret are not shown.
result<upload_options> read_upload_options(const given_options& given,
                                           const environment_lookup& variable);

} // namespace codius::client
