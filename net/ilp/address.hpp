#pragma once
#include <string>
#include <string_view>

namespace codius::net {

/// The ILP address grammar (RFC 0015): scheme, then at least one segment, at most 1023 octets.
bool is_ilp_address(std::string_view text);
/// One segment: one or more of `A–Z a–z 0–9 _ ~ -`.
bool is_ilp_segment(std::string_view text);
/// True when `address` is `prefix` or lies below it; whole segments only.
bool ilp_address_below(std::string_view prefix, std::string_view address);

} // namespace codius::net
