#pragma once
#include <boost/asio/ip/address.hpp>

namespace codius::net {

/// True for an address that anybody on the Internet could mean: no loopback, private, shared,
/// link-local, multicast, documentation, benchmarking or reserved one, none where a cloud keeps its
/// metadata, and no IPv6 address with an IPv4 one inside (mapped, compatible, 6to4, Teredo, NAT64),
/// which would be a second spelling of any of these. Source: IANA's special-purpose registries
/// (RFC 6890) as of 2025.
bool is_public_address(const boost::asio::ip::address& at);

} // namespace codius::net
