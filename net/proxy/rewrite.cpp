#include "net/proxy/rewrite.hpp"

#include "net/http/text.hpp"
#include "net/http/write_head.hpp"

namespace codius::net {

namespace {

constexpr std::string_view via = "1.1 codius";
using kind = body_framing::kind;

/// Fields that only one connection is about, or that this proxy writes by itself.
bool stays_here(const http_fields& all, std::string_view name) {
  return is_framing_field(name) || same_text(name, "via") || all.has_element("connection", name);
}

bool is_about_the_way(std::string_view name) {
  for (std::string_view known :
       {"host", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port",
        "x-forwarded-server", "forwarded", "x-real-ip", "proxy", "expect"})
    if (same_text(name, known))
      return true;
  return false;
}

std::string collapse_slashes(std::string_view target) {
  std::string out;
  out.reserve(target.size());
  const auto path = target.substr(0, target.find('?'));
  for (char c : path)
    if (c != '/' || out.empty() || out.back() != '/')
      out += c;
  return out.append(target.substr(path.size()));
}

void append_origin(std::string& out, const request_head& head, const request_origin& origin) {
  std::string chain{origin.peer_ip};
  std::string_view scheme = origin.scheme;
  if (origin.trust_forwarded) {
    if (const auto* given = head.fields.find("x-forwarded-for"))
      chain = *given;
    const auto said = head.fields.get("x-forwarded-proto");
    if (said == "http" || said == "https")
      scheme = said;
  }
  append_field(out, "X-Forwarded-For", chain);
  append_field(out, "X-Forwarded-Proto", scheme);
  append_field(out, "X-Forwarded-Host", head.authority);
  append_field(out, "Via", via);
}

void append_request_framing(std::string& out, const request_head& head) {
  if (head.body.how == kind::chunked)
    append_field(out, "Transfer-Encoding", "chunked");
  else if (head.body.how == kind::length)
    append_field(out, "Content-Length", std::to_string(head.body.length));
  else if ((head.method != "GET" && head.method != "HEAD") || head.fields.find("content-length"))
    append_field(out, "Content-Length", "0");
}

} // namespace

std::string upgrade_for_pod(const request_head& head) {
  std::string out;
  if (head.method != "GET" || head.body.how != kind::none)
    return out;
  std::string_view rest{head.upgrade};
  for (auto e = next_element(rest); !e.empty(); e = next_element(rest))
    if (!same_text(e, "h2c"))
      out.append(out.empty() ? "" : ", ").append(e);
  return out;
}

std::string request_for_pod(const request_head& head, const request_origin& origin,
                            std::string_view upgrade) {
  std::string out;
  out.reserve(1024);
  out.append(head.method).append(" ").append(collapse_slashes(head.target)).append(" HTTP/1.1\r\n");
  append_field(out, "Host", head.authority);
  for (const auto& f : head.fields)
    if (!stays_here(head.fields, f.name) && !is_about_the_way(f.name))
      append_field(out, f.name, f.value);
  append_origin(out, head, origin);
  append_request_framing(out, head);
  if (head.expect_continue && head.body.how != kind::none)
    append_field(out, "Expect", "100-continue");
  if (!upgrade.empty()) {
    append_field(out, "Connection", "Upgrade");
    append_field(out, "Upgrade", upgrade);
  }
  return out += "\r\n";
}

client_head response_for_client(const response_head& head, const response_route& to) {
  client_head made;
  auto& [out, framing, close] = made;
  out.reserve(1024);
  append_status_line(out, head.status, head.reason);
  for (const auto& f : head.fields)
    if (!stays_here(head.fields, f.name))
      append_field(out, f.name, f.value);
  append_field(out, "Via", via);
  framing = head.body;
  close = to.close;
  if (framing.how == kind::chunked || framing.how == kind::until_close)
    framing.how = to.client_minor == 1 ? kind::chunked : kind::until_close;
  const auto* length = head.fields.find("content-length");
  if (framing.how == kind::chunked)
    append_field(out, "Transfer-Encoding", "chunked");
  else if (framing.how == kind::until_close)
    close = true;
  else if (length && head.status != 204) // also the length that a HEAD or 304 tells
    append_field(out, "Content-Length", *length);
  if (close)
    append_field(out, "Connection", "close");
  else if (to.client_minor == 0)
    append_field(out, "Connection", "keep-alive");
  out += "\r\n";
  return made;
}

std::string interim_for_client(const response_head& head) {
  std::string out;
  append_status_line(out, head.status,
                     head.reason.empty() ? reason_phrase(head.status) : head.reason);
  for (const auto& f : head.fields)
    if (!stays_here(head.fields, f.name))
      append_field(out, f.name, f.value);
  if (head.status == 101) {
    append_field(out, "Connection", "Upgrade");
    append_field(out, "Upgrade", head.fields.get("upgrade"));
  }
  return out += "\r\n";
}

} // namespace codius::net
