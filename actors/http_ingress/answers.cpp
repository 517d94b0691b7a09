#include "actors/http_ingress/answers.hpp"

#include "net/http/error_body.hpp"
#include "runtime/base/version.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace codius::actors {

using runtime::json;
using runtime::json_object;

net::http_response json_answer(unsigned status, const json& body) {
  return json_text_answer(status, dump(body));
}

net::http_response json_text_answer(unsigned status, std::string text) {
  net::http_response out;
  out.status = status;
  out.fields.add("content-type", "application/json; charset=utf-8");
  out.fields.add("cache-control", "no-cache");
  out.body = std::move(text);
  return out;
}

net::http_response version_answer() {
  static const auto text
    = dump(json_object{{"name", "Codiusd (C++)"}, {"version", runtime::version}});
  return json_text_answer(200, text);
}

net::http_response error_answer(const error& why, const json_object& more, unsigned status) {
  const auto object = dump(more);
  const auto members = std::string_view{object}.substr(1, object.size() - 2);
  return net::error_response({why.code, why.detail, status, members});
}

std::string pod_url(const net::http_uri& public_uri, const pod_id& id) {
  return (public_uri.tls ? "https://" : "http://") + id.text + "." + public_uri.authority()
         + public_uri.target;
}

result<std::chrono::seconds> read_duration(const net::http_request& req, std::chrono::seconds least,
                                           std::chrono::seconds most) {
  const auto* text = req.find_query("duration");
  const auto given = std::count_if(req.query.begin(), req.query.end(),
                                   [](const auto& pair) { return pair.first == "duration"; });
  int64_t seconds = 3600;
  if (text != nullptr && !text->empty()) {
    const auto* end = text->data() + text->size();
    const auto [at, bad] = std::from_chars(text->data(), end, seconds);
    if (bad != std::errc{} || at != end)
      seconds = 0;
  }
  if (given > 1 || seconds < least.count() || seconds > most.count())
    return error{errc::invalid_duration, "duration must be a whole number of seconds from "
                                           + std::to_string(least.count()) + " to "
                                           + std::to_string(most.count())};
  return std::chrono::seconds{seconds};
}

status check_json_type(const net::http_request& req) {
  const auto whole = req.fields.get("content-type");
  std::string type{whole.substr(0, whole.find(';'))};
  type.erase(0, type.find_first_not_of(" \t"));
  type.erase(type.find_last_not_of(" \t") + 1);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (whole.empty() || type == "application/json")
    return ok();
  const auto slash = type.find('/');
  if (slash == 0 || slash == type.npos || slash + 1 == type.size()
      || type.find_first_of(" \t") != type.npos)
    return error{errc::invalid, "Invalid content-type header"};
  return error{errc::unsupported, "Unsupported Media Type"};
}

result<pay_token> read_pay_token(const net::http_request& req) {
  const auto text = req.fields.get("Pay-Token");
  if (text.empty())
    return error{errc::missing_pay_token, "must supply `Pay-Token` header."};
  const auto octets = from_base64_lenient(text);
  pay_token token{};
  if (octets.size() != token.size())
    return error{errc::invalid_pay_token, "`Pay-Token` must be 16 bytes base64."};
  std::copy(octets.begin(), octets.end(), token.begin());
  return token;
}

} // namespace codius::actors
