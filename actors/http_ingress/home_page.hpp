#pragma once
#include "actors/http_ingress/host_view.hpp"
#include "net/http/message.hpp"

namespace codius::actors {

/// The page for a person at `/`: what this host is, what it costs, how to upload. One document
/// without scripts and without anything from elsewhere, and a policy that says so. Values carry the
/// ids that the original's page had.
net::http_response home_page(const host_view& host);

} // namespace codius::actors
