#include "net/http/head.hpp"

#include "net/http/text.hpp"
#include "net/http/uri.hpp"

#include <algorithm>
#include <charconv>

namespace codius::net {

namespace {

using outcome = std::optional<http_fault>;

outcome refuse(std::string message, unsigned status = 400, errc code = errc::malformed) {
  return http_fault{status, code, std::move(message)};
}

/// Takes the next line off `head`, without its end. The scanner has seen that there is one.
std::string_view take_line(std::string_view& head) {
  const auto lf = head.find('\n');
  auto line = head.substr(0, lf);
  head = lf == std::string_view::npos ? std::string_view{} : head.substr(lf + 1);
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  return line;
}

outcome take_fields(std::string_view head, http_fields& out) {
  out.reserve(static_cast<size_t>(std::count(head.begin(), head.end(), '\n')));
  while (!head.empty()) {
    const auto line = take_line(head);
    if (line.empty())
      return head.empty() ? outcome{} : refuse("octets after the head");
    if (line.front() == ' ' || line.front() == '\t')
      return refuse("a header field is folded over two lines");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return refuse("a header field has no proper name");
    const auto value = trim(line.substr(colon + 1));
    if (!is_field_value(value))
      return refuse("a header field holds a control character");
    out.add(std::string{line.substr(0, colon)}, std::string{value});
  }
  return refuse("the head has no end");
}

outcome take_version(std::string_view text, unsigned& minor) {
  const bool looks = text.size() == 8 && text.substr(0, 5) == "HTTP/" && text[6] == '.'
                     && text[5] >= '0' && text[5] <= '9' && text[7] >= '0' && text[7] <= '9';
  if (!looks)
    return refuse("the HTTP version is malformed");
  if (text[5] != '1' || text[7] > '1')
    return refuse("only HTTP/1.1 and HTTP/1.0 are spoken here", 505, errc::not_implemented);
  minor = text[7] == '1' ? 1 : 0;
  return {};
}

/// Length and coding, with every combination refused that could be read in two ways.
outcome take_framing(const http_fields& fields, unsigned minor, body_framing& out) {
  const auto codings = fields.count("transfer-encoding");
  const auto lengths = fields.count("content-length");
  if (codings > 0) {
    if (minor == 0)
      return refuse("HTTP/1.0 has no Transfer-Encoding");
    if (lengths > 0)
      return refuse("both Content-Length and Transfer-Encoding are given");
    if (codings > 1 || !same_text(fields.get("transfer-encoding"), "chunked"))
      return refuse("the only Transfer-Encoding spoken here is chunked");
    out.how = body_framing::kind::chunked;
    return {};
  }
  if (lengths == 0)
    return {};
  const auto text = fields.get("content-length");
  const auto* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, out.length);
  if (lengths > 1 || ec != std::errc{} || stop != end || out.length > (uint64_t{1} << 62))
    return refuse("Content-Length is not one number");
  out.how = out.length > 0 ? body_framing::kind::length : body_framing::kind::none;
  return {};
}

bool wants_keep_alive(const http_fields& fields, unsigned minor) {
  if (fields.has_element("connection", "close"))
    return false;
  return minor == 1 || fields.has_element("connection", "keep-alive");
}

/// Brings an absolute-form target into origin form and finds the authority.
outcome take_target(request_head& r) {
  const auto hosts = r.fields.count("host");
  if (hosts > 1 || (hosts == 0 && r.minor == 1))
    return refuse("there must be exactly one Host field");
  r.authority = r.fields.get("host");
  if (hosts == 1 && !parse_authority(r.authority))
    return refuse("the Host field is not a host name");
  if (r.method == "CONNECT")
    return {};
  if (r.target == "*" || r.target.front() == '/')
    return r.target.find('#') == std::string::npos ? outcome{}
                                                   : refuse("the target has a fragment");
  const auto uri = parse_http_uri(r.target);
  if (!uri || r.target.find('#') != std::string::npos)
    return refuse("Invalid path");
  const auto begin = r.target.find("://") + 3;
  r.authority = r.target.substr(begin, r.target.find_first_of("/?", begin) - begin);
  r.target = uri->target;
  return {};
}

} // namespace

outcome parse_request_head(std::string_view head, request_head& out) {
  const auto line = take_line(head);
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !is_token(line.substr(0, first)))
    return refuse("the request line is malformed");
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  if (auto bad = take_version(line.substr(last + 1), out.minor))
    return bad;
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (out.target.empty() || out.method.size() > 32
      || !std::all_of(out.target.begin(), out.target.end(), visible))
    return refuse("the request line is malformed");
  if (auto bad = take_fields(head, out.fields))
    return bad;
  if (auto bad = take_framing(out.fields, out.minor, out.body))
    return bad;
  if (auto bad = take_target(out))
    return bad;
  out.keep_alive = wants_keep_alive(out.fields, out.minor);
  if (out.minor == 1 && out.fields.has_element("connection", "upgrade"))
    out.upgrade = out.fields.get("upgrade");
  const auto* expectation = out.fields.find("expect");
  if (expectation && !same_text(*expectation, "100-continue"))
    return refuse("the expectation cannot be met", 417, errc::not_implemented);
  out.expect_continue = expectation && out.minor == 1;
  return {};
}

outcome parse_response_head(std::string_view head, std::string_view method, response_head& out) {
  const auto fail = [](std::string_view why) {
    return refuse("the answer is not proper HTTP: " + std::string{why}, 502);
  };
  const auto line = take_line(head);
  if (auto bad = take_version(line.substr(0, 8), out.minor))
    return fail(bad->message);
  const auto digits = line.size() >= 12 && line[8] == ' ' ? line.substr(9, 3) : std::string_view{};
  const auto [stop, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), out.status);
  if (ec != std::errc{} || stop != digits.data() + digits.size() || out.status < 100
      || out.status > 599 || (line.size() > 12 && line[12] != ' '))
    return fail("its status line is malformed");
  out.reason = line.size() > 13 ? line.substr(13) : std::string_view{};
  if (!is_field_value(out.reason))
    return fail("its status line holds a control character");
  if (auto bad = take_fields(head, out.fields))
    return fail(bad->message);
  if (auto bad = take_framing(out.fields, out.minor, out.body))
    return fail(bad->message);
  const bool sized = out.body.how != body_framing::kind::none || out.fields.find("content-length");
  out.keep_alive = wants_keep_alive(out.fields, out.minor);
  if (method == "HEAD" || out.status < 200 || out.status == 204 || out.status == 304)
    out.body = {};
  else if (!sized)
    out.body.how = body_framing::kind::until_close;
  return {};
}

std::string pod_label(std::string_view authority) {
  const auto label = authority.substr(0, authority.find('.'));
  const bool fits
    = label.size() == 52 && std::all_of(label.begin(), label.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
      });
  return fits ? lower_case(label) : std::string{};
}

} // namespace codius::net
