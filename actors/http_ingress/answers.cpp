#include "actors/http_ingress/answers.hpp"

#include "net/http/error_body.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>

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

net::http_response error_answer(const error& why, const json_object& more) {
  // What went wrong inside is for the operator's log, not for strangers.
  const auto message = why.code == errc::internal ? "An internal server error occurred" : why.detail;
  return error_answer(net::http_status(why.code), to_string(why.code), message, more);
}

net::http_response error_answer(unsigned status, std::string_view code, const std::string& message,
                                const json_object& more) {
  const std::string phrase{status == 413 ? "Request Entity Too Large" : net::reason_phrase(status)};
  json_object body{{"statusCode", status},
                   {"error", phrase},
                   {"message", message.empty() ? phrase : message},
                   {"code", code}};
  for (const auto& [name, value] : more)
    body.set(name, value);
  return json_answer(status, std::move(body));
}

std::string iso_time(utc_time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
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
    return error{errc::invalid, "duration must be a whole number of seconds from "
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
    return error{errc::invalid, "must supply `Pay-Token` header."};
  const auto octets = from_base64_lenient(text);
  pay_token token{};
  if (octets.size() != token.size())
    return error{errc::invalid, "`Pay-Token` must be 16 bytes base64."};
  std::copy(octets.begin(), octets.end(), token.begin());
  return token;
}

} // namespace codius::actors
