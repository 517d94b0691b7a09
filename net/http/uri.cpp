#include "net/http/uri.hpp"

#include "net/http/text.hpp"

#include <algorithm>
#include <charconv>

namespace codius::net {

namespace {

error malformed(std::string_view what) { return {errc::malformed, std::string{what}}; }

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool is_reg_name(std::string_view host) noexcept {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || std::string_view{"-._~!$&'()*+;=%"}.find(c) != std::string_view::npos;
  });
}

bool is_ip_literal(std::string_view host) noexcept {
  return host.size() > 3 && host.size() < 64 && host.front() == '[' && host.back() == ']'
         && std::all_of(host.begin() + 1, host.end() - 1,
                        [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; });
}

} // namespace

std::string http_uri::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80))
    out += ":" + std::to_string(port);
  return out;
}

result<host_and_port> parse_authority(std::string_view text) {
  host_and_port out;
  const auto end = text.empty() || text.front() != '[' ? text.find(':') : text.find(']') + 1;
  out.host = text.substr(0, end);
  if (!is_reg_name(out.host) && !is_ip_literal(out.host))
    return malformed("not a host name or address");
  if (out.host.size() == text.size())
    return out;
  const auto digits = text.substr(out.host.size() + 1);
  const auto* last = digits.data() + digits.size();
  const auto [stop, ec] = std::from_chars(digits.data(), last, out.port);
  if (text[out.host.size()] != ':' || ec != std::errc{} || stop != last || out.port == 0)
    return malformed("the port is not a number from 1 to 65535");
  return out;
}

result<http_uri> parse_http_uri(std::string_view text) {
  if (text.size() > max_uri_bytes)
    return malformed("the URI is too long");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return malformed("the URI has blanks, controls or octets outside ASCII");
  http_uri out;
  const auto colon = text.find("://");
  const auto scheme = lower_case(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (scheme != "http" && scheme != "https")
    return malformed("not an http or https URI");
  out.tls = scheme == "https";
  text = text.substr(colon + 3, text.find('#') == std::string_view::npos
                                  ? std::string_view::npos
                                  : std::max(text.find('#'), colon + 3) - (colon + 3));
  const auto slash = text.find_first_of("/?");
  const auto authority = parse_authority(text.substr(0, slash));
  if (!authority)
    return authority.error();
  out.host = lower_case(authority->host);
  if (out.host.front() == '[')
    out.host = out.host.substr(1, out.host.size() - 2);
  out.port = authority->port != 0 ? authority->port : out.tls ? 443 : 80;
  if (slash != std::string_view::npos)
    out.target = (text[slash] == '?' ? "/" : "") + std::string{text.substr(slash)};
  return out;
}

result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0)
      return malformed("a percent escape is malformed");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_utf8(out))
    return malformed("a percent escape is not UTF-8");
  return out;
}

result<query_list> parse_query(std::string_view text) {
  query_list out;
  while (!text.empty()) {
    const auto amp = text.find('&');
    std::string pair{text.substr(0, amp)};
    text = amp == std::string_view::npos ? std::string_view{} : text.substr(amp + 1);
    if (pair.empty())
      continue;
    if (out.size() == max_query_pairs)
      return error{errc::too_large, "the query has too many parts"};
    std::replace(pair.begin(), pair.end(), '+', ' ');
    const auto equals = pair.find('=');
    auto key = percent_decode(std::string_view{pair}.substr(0, equals));
    auto value = percent_decode(
      equals == std::string::npos ? std::string_view{} : std::string_view{pair}.substr(equals + 1));
    if (!key || !value)
      return key ? value.error() : key.error();
    out.emplace_back(std::move(*key), std::move(*value));
  }
  return out;
}

bool is_localhost(std::string_view host) {
  if (host.ends_with('.')) // the root's dot
    host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

} // namespace codius::net
