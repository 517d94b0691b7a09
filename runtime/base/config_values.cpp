#include "runtime/base/config_values.hpp"

#include "net/http/uri.hpp"
#include "runtime/base/json.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace codius::runtime {

namespace {

using std::string_view;

bool is_host_name(string_view host) {
  // Pods put a label of 52 characters and a dot in front of it.
  if (host.empty() || host.size() > 200)
    return false;
  for (size_t at = 0; at <= host.size();) {
    const auto label = host.substr(at, std::min(host.find('.', at), host.size()) - at);
    const auto fits
      = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-'
        || !std::all_of(label.begin(), label.end(), fits))
      return false;
    at += label.size() + 1;
  }
  return true;
}

/// Absent or empty leaves `out` alone; another type than a text is not right.
bool read_member(const json& object, string_view name, std::string& out) {
  const auto* member = object.find(name);
  if (!member)
    return true;
  if (!member->text())
    return false;
  if (!member->text()->empty())
    out = *member->text();
  return true;
}

std::vector<std::string> comma_separated(string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto one = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!one.empty() && one.front() == ' ')
      one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ')
      one.remove_suffix(1);
    out.emplace_back(one);
  }
  return out;
}

} // namespace

bool read_truth(string_view text, bool& out) {
  const bool yes = text == "true" || text == "yes" || text == "1";
  if (!yes && text != "false" && text != "no" && text != "0")
    return false;
  out = yes;
  return true;
}

bool read_seconds(string_view text, std::chrono::seconds& out, std::chrono::seconds most) {
  uint64_t factor = 1;
  if (!text.empty()) {
    const auto unit = string_view{"smhd"}.find(text.back());
    if (unit != string_view::npos) {
      factor = std::array<uint64_t, 4>{1, 60, 3600, 86400}[unit];
      text.remove_suffix(1);
    }
  }
  uint64_t n = 0;
  if (!read_whole(text, n, 1, static_cast<uint64_t>(most.count()) / factor))
    return false;
  out = std::chrono::seconds{n * factor};
  return true;
}

bool read_interval(string_view text, std::chrono::milliseconds& out, std::chrono::seconds most) {
  if (!text.ends_with("ms")) {
    std::chrono::seconds whole{0};
    if (!read_seconds(text, whole, most))
      return false;
    out = whole;
    return true;
  }
  uint64_t n = 0;
  if (!read_whole(text.substr(0, text.size() - 2), n, 50, static_cast<uint64_t>(most.count()) * 1000))
    return false;
  out = std::chrono::milliseconds{n};
  return true;
}

bool read_peers(string_view text, std::vector<std::string>& out) {
  std::vector<std::string> all;
  if (text.starts_with('[')) {
    const auto list = parse_json(text);
    if (!list || list->array() == nullptr)
      return false;
    for (const auto& one : *list->array()) {
      if (one.text() == nullptr)
        return false;
      all.push_back(*one.text());
    }
  } else {
    all = comma_separated(text);
  }
  for (auto& one : all) {
    const auto uri = net::parse_http_uri(one);
    if (!uri || uri->target != "/" || one.find_first_of("?#") != one.npos || one.size() > 255)
      return false;
    one = uri->origin();
  }
  out = std::move(all);
  return true;
}

bool read_fraction(string_view text, double& out) {
  double n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (ec != std::errc{} || end != text.data() + text.size() || !(n > 0 && n <= 1))
    return false;
  out = n;
  return true;
}

bool read_path(string_view text, std::string& out) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (text.empty() || text.front() != '/' || text.size() > 1024
      || std::any_of(text.begin(), text.end(), control))
    return false;
  out = text;
  while (out.size() > 1 && out.back() == '/')
    out.pop_back();
  return true;
}

bool is_ip(string_view text) {
  std::array<unsigned char, 16> raw{};
  const std::string z{text};
  return inet_pton(AF_INET, z.c_str(), raw.data()) == 1
         || inet_pton(AF_INET6, z.c_str(), raw.data()) == 1;
}

bool read_ip(string_view text, std::string& out) {
  if (!is_ip(text))
    return false;
  out = text;
  return true;
}

bool read_listen(string_view text, std::optional<listen_address>& out) {
  if (text == "off" || text.empty()) {
    out.reset();
    return true;
  }
  const auto colon = text.rfind(':');
  if (colon == string_view::npos)
    return false;
  auto ip = text.substr(0, colon);
  const bool bracketed = ip.size() > 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed)
    ip = ip.substr(1, ip.size() - 2);
  uint16_t port = 0;
  if (!is_ip(ip) || bracketed != (ip.find(':') != string_view::npos)
      || !read_whole(text.substr(colon + 1), port, 0, 65535))
    return false;
  out = listen_address{std::string{ip}, port};
  return true;
}

bool read_admin_door(string_view text, config& out) {
  out.admin_listen.reset();
  out.admin_socket = text == "socket" || text.empty();
  if (out.admin_socket || text == "off")
    return true;
  if (!read_listen(text, out.admin_listen) || !out.admin_listen)
    return false;
  const auto& ip = out.admin_listen->ip;
  return ip == "::1" || ip.starts_with("127.");
}

bool read_subnet(string_view text, std::string& out) {
  const auto slash = text.find('/');
  unsigned bits = 0;
  in_addr raw{};
  if (slash == string_view::npos || !read_whole(text.substr(slash + 1), bits, 8, 28)
      || inet_pton(AF_INET, std::string{text.substr(0, slash)}.c_str(), &raw) != 1)
    return false;
  if ((ntohl(raw.s_addr) & (0xffffffffu >> bits)) != 0)
    return false;
  out = text;
  return true;
}

bool read_hosts(string_view text, std::vector<std::string>& out) {
  auto all = comma_separated(text);
  for (const auto& one : all)
    if (!net::parse_authority(one))
      return false;
  out = std::move(all);
  return true;
}

bool read_public_uri(string_view text, config& out) {
  const auto uri = net::parse_http_uri(text);
  if (!uri || uri->target != "/" || text.find('#') != string_view::npos
      || !(is_ip(uri->host) || is_host_name(uri->host)))
    return false;
  out.public_tls = uri->tls;
  out.public_host = uri->host;
  out.public_port = uri->port;
  out.public_uri = (uri->tls ? "https://" : "http://") + uri->authority();
  return true;
}

bool read_credentials(string_view text, std::optional<net::btp_uri>& out) {
  if (text.empty() || text.size() > 16 * 1024)
    return false;
  if (text.front() != '{') {
    const auto url = net::parse_btp_uri(text);
    if (url)
      out = *url;
    return static_cast<bool>(url);
  }
  const auto object = parse_json(text);
  const auto* server = object ? object->find_text("server") : nullptr;
  if (!server)
    return false;
  auto url = net::parse_btp_uri(*server);
  if (!url || !read_member(*object, "btpAccount", url->username)
      || !read_member(*object, "btpToken", url->token))
    return false;
  out = std::move(*url);
  return true;
}

} // namespace codius::runtime
