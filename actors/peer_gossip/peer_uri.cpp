#include "actors/peer_gossip/peer_uri.hpp"

#include "messages/bytes.hpp"
#include "net/http/public_address.hpp"
#include "net/http/uri.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

constexpr size_t longest_uri = 255;
constexpr uint16_t https_port = 443;
constexpr uint16_t first_user_port = 1024;

error invalid(const char* why) { return {errc::invalid, why}; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Labels of letters, digits and dashes.
bool is_dns_name(std::string_view host) {
  if (host.size() > 253)
    return false;
  for (size_t at = 0; at <= host.size();) {
    const auto label = host.substr(at, std::min(host.find('.', at), host.size()) - at);
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-'
        || !std::all_of(label.begin(), label.end(), fits))
      return false;
    at += label.size() + 1;
  }
  return true;
}

std::string_view last_label(std::string_view host) { return host.substr(host.rfind('.') + 1); }

/// What the system's resolver would take for an address in some old notation: "2130706433",
/// "0x7f000001", "127.1".
bool ends_in_number(std::string_view host) {
  const auto label = last_label(host);
  return std::all_of(label.begin(), label.end(), is_digit)
         || (label.starts_with("0x")
             && label.find_first_not_of("0123456789abcdef", 2) == label.npos);
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "local.codius.org";
}

/// The last two labels, or three where the last but one is as short as that of "co.uk".
std::string site_of(const std::string& host) {
  const auto last = host.rfind('.');
  if (last == host.npos || last == 0)
    return host;
  auto from = host.rfind('.', last - 1);
  if (from != host.npos && from != 0 && last - from <= 4)
    from = host.rfind('.', from - 1);
  return from == host.npos ? host : host.substr(from + 1);
}

/// An IPv4 address, or the /48 that an IPv6 address was given out with.
std::string network_of(const boost::asio::ip::address& at) {
  if (at.is_v4())
    return at.to_string();
  const auto octets = at.to_v6().to_bytes();
  return to_hex(std::as_bytes(std::span{octets}).first(6));
}

} // namespace

result<peer_name> read_peer_name(std::string_view text, bool dev) {
  if (text.size() > longest_uri)
    return invalid("longer than 255 octets");
  auto uri = net::parse_http_uri(text);
  if (!uri)
    return error{errc::invalid, uri.error().detail};
  if (uri->target != "/" || text.find_first_of("?#") != text.npos)
    return invalid("has a path, a query or a fragment");
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(uri->host, no_address);
  if (!no_address) // of its many spellings, one
    uri->host = address.to_string();
  if (no_address && !is_dns_name(uri->host))
    return invalid("no host name");
  if (no_address && ends_in_number(uri->host))
    return invalid("a number is no host name");
  if (dev)
    return peer_name{uri->origin(), uri->authority()};
  if (!uri->tls)
    return invalid("not https");
  if (no_address ? is_this_machine(uri->host) : !net::is_public_address(address))
    return invalid("no public host");
  if (uri->port != https_port && uri->port < first_user_port)
    return invalid("a port of another service");
  return peer_name{uri->origin(), no_address ? site_of(uri->host) : network_of(address)};
}

} // namespace codius::actors
