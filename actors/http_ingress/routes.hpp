#pragma once
#include "actors/http_ingress/api.hpp"

#include <span>

namespace codius::actors {

/// One line of the public API. A GET answers HEAD, too.
struct api_route {
  using handler = asio::awaitable<net::http_response> (api::*)(api_call);
  std::string_view method;
  std::string_view path; ///< "{}" stands for one segment, which may not be empty
  bool gated = false;    ///< refused while `api_settings::gate` says so
  handler run = nullptr;
};

/// The whole API, in the order of the README.
std::span<const api_route> api_routes();

/// The route of a request, and what its path has in place of each "{}". Null when there is none.
const api_route* find_route(std::string_view method, std::string_view path,
                            std::vector<std::string>& segments);

} // namespace codius::actors
