#pragma once
// Inner header of runtime/base/config: reading one value. Each is false for a text that is not
// right and leaves `out` alone then.
#include "runtime/base/config.hpp"

#include <charconv>
#include <string_view>

namespace codius::runtime {

/// Decimal digits only, within [least, most].
template <class N>
bool read_whole(std::string_view text, N& out, uint64_t least, uint64_t most) {
  uint64_t n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (ec != std::errc{} || end != text.data() + text.size() || n < least || n > most)
    return false;
  out = static_cast<N>(n);
  return true;
}

/// true/false, yes/no, 1/0.
bool read_truth(std::string_view text, bool& out);
/// Seconds, or a number with s, m, h or d, within [1 s, most].
bool read_seconds(std::string_view text, std::chrono::seconds& out, std::chrono::seconds most);
/// As above, or milliseconds with ms; within [50 ms, most].
bool read_interval(std::string_view text, std::chrono::milliseconds& out,
                   std::chrono::seconds most);
/// A JSON array of http(s) origins as text, or such origins separated by commas; "[]" for none.
bool read_peers(std::string_view text, std::vector<std::string>& out);
/// More than 0 and at most 1.
bool read_fraction(std::string_view text, double& out);
/// An absolute path without control characters.
bool read_path(std::string_view text, std::string& out);
/// An IPv4 or IPv6 literal.
bool read_ip(std::string_view text, std::string& out);
bool is_ip(std::string_view text);
/// "IP:port" or "[IPv6]:port"; "off" for none.
bool read_listen(std::string_view text, std::optional<listen_address>& out);
/// "socket", "off", or a loopback address and port: where the admin API is.
bool read_admin_door(std::string_view text, config& out);
/// IPv4 CIDR of /8 to /28 with host bits zero.
bool read_subnet(std::string_view text, std::string& out);
/// Comma-separated host or host:port.
bool read_hosts(std::string_view text, std::vector<std::string>& out);
/// http(s)://host[:port]; sets the four public_ members.
bool read_public_uri(std::string_view text, config& out);
/// A btp+ws(s) URL, or a JSON object with such a `server` and perhaps `btpAccount`, `btpToken`.
bool read_credentials(std::string_view text, std::optional<net::btp_uri>& out);

} // namespace codius::runtime
