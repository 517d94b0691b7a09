#pragma once
#include <string_view>

namespace codius::actors {

/// The description of the public API, OpenAPI 3.1: actors/http_ingress/openapi.json. Tests hold it
/// against the routes, the error catalogue, and the answers of a running host.
std::string_view openapi_text();

} // namespace codius::actors
