#pragma once
#include "runtime/client/host_list.hpp"
#include "runtime/client/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codius::client {

/// Asks hosts for others, and those again, until `enough` are known, nobody is left to ask, or 15
/// rounds are over. The seeds are among what is found, and all are in random order; who does not
/// answer stays, the last to be tried.
asio::awaitable<std::vector<host_place>> discover(session& in, std::vector<host_place> seeds,
                                                  size_t enough);

/// What a host says of itself in `GET /info`; what it does not say, or says badly, is missing.
struct host_facts {
  std::optional<double> cost_per_month;
  std::string currency;          ///< printable
  std::optional<bool> accepts;   ///< uploads
  std::optional<bool> self_test; ///< passed
  std::optional<double> uptime;  ///< seconds
  std::optional<double> known_peers;
};
host_facts read_info(const runtime::json& answer);

/// `GET target` of a host, as a JSON object. `token`: sent as Pay-Token, if any. Fails as the host
/// does.
asio::awaitable<outcome<runtime::json>> get_object(session& in, host_place host, std::string target,
                                                   std::chrono::milliseconds limit,
                                                   std::string token = {});

} // namespace codius::client
