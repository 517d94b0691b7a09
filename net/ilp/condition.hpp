#pragma once
#include "net/ilp/packet.hpp"

namespace codius::net {

/// SHA-256, as the execution condition of a fulfillment and the hash of a BTP token use it.
octets32 sha256(byte_view bytes);
/// True when `fulfillment` hashes to `condition`.
bool fulfills(const octets32& fulfillment, const octets32& condition);

/// A Reject without data.
ilp_reject make_reject(std::string code, std::string triggered_by, std::string message);
/// F08: the data tells the sender by how much, in units of the link it came in on (RFC 0027).
ilp_reject amount_too_large(std::string triggered_by, uint64_t received, uint64_t maximum);

} // namespace codius::net
