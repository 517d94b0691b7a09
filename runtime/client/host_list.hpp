#pragma once
#include "messages/env.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/host_link.hpp"
#include "runtime/client/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codius::client {

inline constexpr const char* usual_hosts_file = "codiushosts.json";

/// Hosts that the program knows by itself, to begin looking.
std::vector<host_place> built_in_hosts();

/// The hosts of `{"hosts": ["https://host.example", …]}`, each once. Nothing when there is no such
/// file. Fails (1), naming the file and what is wrong.
outcome<std::optional<std::vector<host_place>>> read_hosts_file(const std::string& path);

/// The new hosts that an answer of `GET /peers` names. What `from` says is a stranger's word,
/// unless it is on this machine: of strangers only https is taken. At most 1000 are looked at.
std::vector<host_place> read_peers(const runtime::json& answer, const host_place& from);

/// A host as lists have it: without a scheme it is https, and what follows the authority is
/// dropped.
std::optional<net::http_uri> parse_listed_host(std::string_view text);

/// In random order.
void shuffle(std::vector<host_place>& hosts, const env& world);

} // namespace codius::client
