#include "net/http/error_body.hpp"

#include "messages/error_catalogue.hpp"
#include "net/http/text.hpp"

namespace codius::net {

namespace {

std::string_view error_phrase(unsigned status) {
  return status == 413 ? std::string_view{"Request Entity Too Large"} : reason_phrase(status);
}

unsigned status_of(const error_text& why) {
  return why.status != 0 ? why.status : http_status(why.code);
}

/// What went wrong inside is for the operator's log, not for strangers.
std::string_view message_of(const error_text& why) {
  if (meaning_of(why.code).is_inward)
    return "An internal server error occurred";
  return why.message.empty() ? error_phrase(status_of(why)) : why.message;
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":\"");
  append_json_escaped(out, text);
  out += '"';
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

unsigned http_status(errc code) noexcept { return meaning_of(code).statuses.front(); }

http_response error_response(const error_text& why) {
  http_response res;
  res.status = status_of(why);
  res.fields.add("content-type", "application/json; charset=utf-8");
  res.fields.add("cache-control", "no-cache");
  const auto& meaning = meaning_of(why.code);
  auto& body = res.body;
  body = "{\"statusCode\":" + std::to_string(res.status);
  append_text_member(body, "error", error_phrase(res.status));
  append_text_member(body, "message", message_of(why));
  append_text_member(body, "code", meaning.name);
  append_text_member(body, "hint", meaning.hint);
  if (!why.more.empty())
    body.append(",").append(why.more);
  body += '}';
  return res;
}

bool wants_page(const http_fields& fields) {
  std::string_view rest = fields.get("accept");
  for (auto e = next_element(rest); !e.empty(); e = next_element(rest))
    if (same_text(trim(e.substr(0, e.find(';'))), "text/html"))
      return true;
  return false;
}

http_response error_page(const error_text& why, unsigned retry_seconds) {
  http_response res;
  res.status = status_of(why);
  res.fields.add("content-type", "text/html; charset=utf-8");
  res.fields.add("cache-control", "no-cache");
  auto& body = res.body;
  body = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">";
  if (retry_seconds > 0)
    body += "<meta http-equiv=\"refresh\" content=\"" + std::to_string(retry_seconds) + "\">";
  body += "<title>" + std::to_string(res.status) + " ";
  append_html_escaped(body, reason_phrase(res.status));
  body += "</title></head>\n<body><h1>";
  append_html_escaped(body, reason_phrase(res.status));
  body += "</h1><p>";
  append_html_escaped(body, message_of(why));
  body += "</p><p>";
  append_html_escaped(body, meaning_of(why.code).hint);
  body += "</p></body></html>\n";
  return res;
}

} // namespace codius::net
