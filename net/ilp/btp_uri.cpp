#include "net/ilp/btp_uri.hpp"

#include <algorithm>
#include <charconv>

namespace codius::net {

namespace {

error invalid(const char* why) { return {errc::invalid, std::string{"BTP URL: "} + why}; }

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '.' || c == '_';
}

bool is_v6_char(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':'
         || c == '.';
}

// The URL Standard's userinfo percent-encode set.
std::string encode_userinfo(std::string_view text) {
  static constexpr std::string_view special = " \"#<>?`{}/:;=@[\\]^|";
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet > 0x20 && octet < 0x7f && special.find(c) == special.npos) {
      out += c;
      continue;
    }
    out += '%';
    out += hex[octet >> 4];
    out += hex[octet & 15];
  }
  return out;
}

status take_host_and_port(std::string_view text, btp_uri& out) {
  std::string_view host = text;
  std::string_view port;
  if (!text.empty() && text[0] == '[') {
    const auto end = text.find(']');
    if (end == text.npos)
      return invalid("bracket without its pair");
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!std::all_of(host.begin(), host.end(), is_v6_char) || host.find(':') == host.npos)
      return invalid("no IPv6 address in the brackets");
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    host = text.substr(0, colon);
    port = text.substr(colon);
    if (host.empty() || host.size() > 253 || !std::all_of(host.begin(), host.end(), is_host_char))
      return invalid("no host name");
  }
  out.host = host;
  out.port = out.tls ? 443 : 80;
  if (port.empty() || port == ":")
    return ok();
  port.remove_prefix(1);
  const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (ec != std::errc{} || end != port.data() + port.size() || out.port == 0)
    return invalid("no port number");
  return ok();
}

} // namespace

result<btp_uri> parse_btp_uri(std::string_view text) {
  btp_uri out;
  if (text.substr(0, 9) == "btp+ws://") {
    text.remove_prefix(9);
  } else if (text.substr(0, 10) == "btp+wss://") {
    text.remove_prefix(10);
    out.tls = true;
  } else {
    return invalid("must start with btp+ws:// or btp+wss://");
  }
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return invalid("control character");
  text = text.substr(0, text.find('#'));
  const auto slash = std::min(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, slash);
  if (const auto at = authority.rfind('@'); at != authority.npos) {
    const auto login = authority.substr(0, at);
    const auto colon = std::min(login.find(':'), login.size());
    out.username = encode_userinfo(login.substr(0, colon));
    if (colon < login.size())
      out.token = encode_userinfo(login.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  if (const auto set = take_host_and_port(authority, out); !set)
    return set.error();
  if (slash < text.size())
    out.path = text[slash] == '?' ? "/" + std::string{text.substr(slash)} : text.substr(slash);
  if (out.path.find(' ') != std::string::npos)
    return invalid("space in the path");
  return out;
}

} // namespace codius::net
