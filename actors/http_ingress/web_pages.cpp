#include "actors/http_ingress/web_pages.hpp"

#include "actors/http_ingress/routes.hpp"

namespace codius::actors {

bool is_preflight(const net::http_request& req) {
  return req.method == "OPTIONS" && req.fields.find("Access-Control-Request-Method") != nullptr;
}

std::string methods_of(std::string_view path) {
  std::string out;
  std::vector<std::string> segments;
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE"})
    if (find_route(method, path, segments) != nullptr)
      out.append(method).append(", ");
  if (!out.empty() || find_route("OPTIONS", path, segments) != nullptr)
    out += "OPTIONS";
  return out;
}

net::http_response options_answer(const std::string& methods) {
  net::http_response out;
  out.status = 204;
  out.fields.set("allow", methods);
  out.fields.set("access-control-allow-methods", methods);
  out.fields.set("access-control-allow-headers",
                 "Accept, Content-Encoding, Content-Type, Last-Event-ID, Pay-Token, Prefer,"
                 " X-Request-Id");
  out.fields.set("access-control-max-age", "86400");
  return out;
}

void open_to_web_pages(net::http_response& answer) {
  answer.fields.set("access-control-allow-origin", "*");
  answer.fields.set("access-control-expose-headers",
                    "Content-Location, Location, Pay, Preference-Applied, Retry-After,"
                    " X-Request-Id");
}

} // namespace codius::actors
