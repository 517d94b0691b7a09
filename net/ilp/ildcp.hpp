#pragma once
#include "net/ilp/packet.hpp"

namespace codius::net {

/// What a parent tells a child about their link (Interledger RFC 0031).
struct ildcp_response {
  std::string address;     ///< the child's ILP address; it appends segments of its own
  uint8_t asset_scale = 0; ///< one unit of an amount is 10^-scale of the asset
  std::string asset_code;  ///< UTF-8, e.g. "XRP"
  bool operator==(const ildcp_response&) const = default;
};

/// True for a Prepare that is meant for the direct neighbour's configuration service.
bool is_ildcp_request(const ilp_prepare& p);
/// Asks the neighbour; to expire a minute from `now` by convention.
ilp_prepare make_ildcp_request(utc_time now);
/// The parent's side: a Fulfill that carries `child`, or an F00 Reject in the name of `parent`
/// when the destination or condition is wrong or the request has expired. Amount and data are
/// ignored as deployed parents do.
ilp_reply answer_ildcp(const ilp_prepare& request, const ildcp_response& child,
                       const std::string& parent, utc_time now);
/// The child's side. Errors: `rejected` for a Reject; `malformed` for a wrong fulfillment, fields
/// that do not parse or an address outside the grammar.
result<ildcp_response> parse_ildcp_reply(const ilp_reply& reply);

} // namespace codius::net
