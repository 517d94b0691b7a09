#pragma once
#include "messages/peer.hpp"
#include "runtime/store/database.hpp"

namespace codius::runtime::rows {

/// How peers lie in their table. Both throw `database_error`.

/// In the order of their arrival.
std::vector<kept_peer> all_peers(database& db);
void replace_peers(database& db, const std::vector<kept_peer>& all);

} // namespace codius::runtime::rows
