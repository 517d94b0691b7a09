#include "net/http/message.hpp"

#include "net/http/text.hpp"

#include <algorithm>

namespace codius::net {

void http_fields::add(std::string name, std::string value) {
  list_.push_back({std::move(name), std::move(value)});
}

void http_fields::set(std::string name, std::string value) {
  remove(name);
  add(std::move(name), std::move(value));
}

void http_fields::remove(std::string_view name) {
  std::erase_if(list_, [&](const http_field& f) { return same_text(f.name, name); });
}

const std::string* http_fields::find(std::string_view name) const noexcept {
  for (const auto& f : list_)
    if (same_text(f.name, name))
      return &f.value;
  return nullptr;
}

std::string_view http_fields::get(std::string_view name) const noexcept {
  const auto* value = find(name);
  return value ? std::string_view{*value} : std::string_view{};
}

size_t http_fields::count(std::string_view name) const noexcept {
  return static_cast<size_t>(std::count_if(
    list_.begin(), list_.end(), [&](const http_field& f) { return same_text(f.name, name); }));
}

bool http_fields::has_element(std::string_view name, std::string_view token) const noexcept {
  for (const auto& f : list_) {
    if (!same_text(f.name, name))
      continue;
    std::string_view rest{f.value};
    for (auto e = next_element(rest); !e.empty(); e = next_element(rest))
      if (same_text(e, token))
        return true;
  }
  return false;
}

const std::string* http_request::find_query(std::string_view key) const noexcept {
  for (const auto& [k, v] : query)
    if (k == key)
      return &v;
  return nullptr;
}

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 103: return "Early Hints";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Payload Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Entity";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

} // namespace codius::net
