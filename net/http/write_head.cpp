#include "net/http/write_head.hpp"

#include "net/http/text.hpp"

namespace codius::net {

void append_status_line(std::string& out, unsigned status, std::string_view reason) {
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason).append("\r\n");
}

bool append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value))
    return false;
  out.append(name).append(": ").append(value).append("\r\n");
  return true;
}

bool is_framing_field(std::string_view name) noexcept {
  for (std::string_view known :
       {"connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
        "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "content-length"})
    if (same_text(name, known))
      return true;
  return false;
}

bool is_bodyless(unsigned status) noexcept {
  return status == 204 || status == 304 || status < 200;
}

namespace {

/// Status line, and all fields that do not tell of the framing.
void begin_head(std::string& out, const http_response& res, const answer_style& style) {
  append_status_line(out, res.status, reason_phrase(res.status));
  for (const auto& f : res.fields)
    if (!is_framing_field(f.name) && !same_text(f.name, "date"))
      append_field(out, f.name, f.value);
  if (!style.date.empty())
    append_field(out, "Date", style.date);
}

} // namespace

std::string stream_head_text(const http_response& res, const answer_style& style) {
  std::string out;
  out.reserve(256);
  begin_head(out, res, style);
  if (style.minor > 0)
    append_field(out, "Transfer-Encoding", "chunked");
  // Said though HTTP/1.1 means it anyway: clients of the original's log route see it there.
  append_field(out, "Connection", style.close ? "close" : "keep-alive");
  out += "\r\n";
  return out;
}

std::string response_text(const http_response& res, const answer_style& style) {
  const bool bodyless = is_bodyless(res.status);
  std::string out;
  out.reserve(256 + (style.head_only ? 0 : res.body.size()));
  begin_head(out, res, style);
  if (!bodyless)
    append_field(out, "Content-Length", std::to_string(res.body.size()));
  if (style.close)
    append_field(out, "Connection", "close");
  else if (style.minor == 0)
    append_field(out, "Connection", "keep-alive");
  out += "\r\n";
  if (!bodyless && !style.head_only)
    out += res.body;
  return out;
}

} // namespace codius::net
