#include "net/http/error_body.hpp"

#include "net/http/text.hpp"

namespace codius::net {

namespace {

std::string_view error_phrase(unsigned status) {
  return status == 413 ? std::string_view{"Request Entity Too Large"} : reason_phrase(status);
}

} // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const auto n = utf8_length(text);
    if (n == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
      continue;
    }
    if (c == '"' || c == '\\')
      out.append({'\\', static_cast<char>(c)});
    else if (c == '\n')
      out += "\\n";
    else if (c < 0x20)
      out.append({'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]});
    else
      out += text.substr(0, n);
    text.remove_prefix(n);
  }
}

void append_html_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

unsigned http_status(errc code) noexcept {
  switch (code) {
    case errc::malformed:
    case errc::invalid: return 400;
    case errc::unprocessable: return 422;
    case errc::unknown_pod:
    case errc::not_found: return 404;
    case errc::too_large: return 413;
    case errc::unsupported: return 415;
    case errc::payment_required:
    case errc::payment_timeout: return 402;
    case errc::conflict: return 409;
    case errc::no_capacity:
    case errc::busy:
    case errc::start_failed:
    case errc::unavailable: return 503;
    case errc::image_unavailable: return 422;
    case errc::timed_out: return 504;
    case errc::rejected: return 403;
    case errc::io:
    case errc::internal: return 500;
  }
  return 500;
}

http_response error_response(unsigned status, std::string_view code, std::string_view message) {
  http_response res;
  res.status = status;
  res.fields.add("Content-Type", "application/json; charset=utf-8");
  auto& body = res.body;
  body = "{\"statusCode\":" + std::to_string(status) + ",\"error\":\"";
  append_json_escaped(body, error_phrase(status));
  body += "\",\"message\":\"";
  append_json_escaped(body, message.empty() ? error_phrase(status) : message);
  body += "\",\"code\":\"";
  append_json_escaped(body, code);
  body += "\"}";
  return res;
}

http_response error_response(const error& why) {
  const auto status = http_status(why.code);
  if (status == 500)
    return error_response(status, to_string(why.code), "An internal server error occurred");
  return error_response(status, to_string(why.code), why.detail);
}

http_response error_page(unsigned status, std::string_view message, unsigned retry_seconds) {
  http_response res;
  res.status = status;
  res.fields.add("Content-Type", "text/html; charset=utf-8");
  auto& body = res.body;
  body = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">";
  if (retry_seconds > 0)
    body += "<meta http-equiv=\"refresh\" content=\"" + std::to_string(retry_seconds) + "\">";
  body += "<title>" + std::to_string(status) + " ";
  append_html_escaped(body, reason_phrase(status));
  body += "</title></head>\n<body><h1>";
  append_html_escaped(body, reason_phrase(status));
  body += "</h1><p>";
  append_html_escaped(body, message);
  body += "</p></body></html>\n";
  return res;
}

} // namespace codius::net
