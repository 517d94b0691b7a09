#include "actors/http_ingress/routes.hpp"

#include <array>

namespace codius::actors {

namespace {

/// The text up to the next slash, taken off the front together with that slash.
std::string_view take_segment(std::string_view& path) {
  const auto end = path.find('/');
  const auto out = path.substr(0, end);
  path.remove_prefix(end == path.npos ? path.size() : end + 1);
  return out;
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& segments) {
  segments.clear();
  // Compared segment by segment, both beginning with a slash.
  pattern.remove_prefix(1);
  path.remove_prefix(1);
  for (;;) {
    const bool last_wanted = pattern.find('/') == pattern.npos;
    const bool last_given = path.find('/') == path.npos;
    const auto wanted = take_segment(pattern);
    const auto given = take_segment(path);
    if (last_wanted != last_given || (wanted == "{}" ? given.empty() : wanted != given))
      return false;
    if (wanted == "{}")
      segments.emplace_back(given);
    if (last_wanted)
      return true;
  }
}

} // namespace

// A member of `api`, so that the handlers may be private to everybody else.
std::span<const api_route> api::routes() {
  static constexpr std::array all{
    api_route{"POST", "/pods", true, &api::upload_pod},
    api_route{"PUT", "/pods", false, &api::extend_pod},
    api_route{"OPTIONS", "/pods", false, &api::quote_pod},
    api_route{"GET", "/pods", false, &api::show_pod},
    api_route{"GET", "/pods/{}/logs", false, &api::show_logs},
    api_route{"GET", "/uploads/{}", false, &api::show_upload},
    api_route{"GET", "/uploads/{}/events", false, &api::follow_upload},
    api_route{"GET", "/credits", false, &api::show_credits},
    api_route{"GET", "/", false, &api::home},
    api_route{"GET", "/version", false, &api::version},
    api_route{"GET", "/info", false, &api::info},
    api_route{"GET", "/memory", false, &api::memory},
    api_route{"GET", "/peers", false, &api::list_peers},
    api_route{"POST", "/peers/discover", true, &api::meet_peer},
    api_route{"GET", "/errors", false, &api::list_errors},
    api_route{"GET", "/errors/{}", false, &api::show_error},
    api_route{"GET", "/openapi.json", false, &api::describe},
  };
  return all;
}

std::span<const api_route> api_routes() { return api::routes(); }

const api_route* find_route(std::string_view method, std::string_view path,
                            std::vector<std::string>& segments) {
  if (method == "HEAD")
    method = "GET";
  if (!path.starts_with('/'))
    return nullptr;
  for (const auto& route : api_routes())
    if (route.method == method && matches(route.path, path, segments))
      return &route;
  segments.clear();
  return nullptr;
}

} // namespace codius::actors
