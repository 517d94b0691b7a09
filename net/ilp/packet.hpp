#pragma once
#include "messages/bytes.hpp"
#include "messages/time.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <variant>

namespace codius::net {

using octets32 = std::array<std::byte, 32>;

/// ILPv4 packets (Interledger RFC 0027). Amounts are in the smallest unit of the link's asset.
struct ilp_prepare {
  uint64_t amount = 0;
  utc_time expires_at{};
  octets32 execution_condition{};
  std::string destination; ///< a valid ILP address
  byte_buffer data;        ///< at most 32767 octets
  bool operator==(const ilp_prepare&) const = default;
};

struct ilp_fulfill {
  octets32 fulfillment{};
  byte_buffer data;
  bool operator==(const ilp_fulfill&) const = default;
};

struct ilp_reject {
  std::string code;         ///< three characters, e.g. "F02"
  std::string triggered_by; ///< ILP address or empty
  std::string message;      ///< UTF-8, at most 8191 octets
  byte_buffer data;
  bool operator==(const ilp_reject&) const = default;
};

using ilp_reply = std::variant<ilp_fulfill, ilp_reject>;
using ilp_packet = std::variant<ilp_prepare, ilp_fulfill, ilp_reject>;

byte_buffer encode(const ilp_prepare& p);
byte_buffer encode(const ilp_fulfill& p);
byte_buffer encode(const ilp_reject& p);
byte_buffer encode(const ilp_reply& p);

/// Any of the three by its first octet. Strict where the deployed decoders are lenient (timestamps,
/// non-ASCII addresses). Octets after the envelope or the last field are ignored. Errors:
/// `malformed`.
result<ilp_packet> decode_ilp_packet(byte_view bytes);
/// Errors: `malformed`, also for the wrong type.
result<ilp_prepare> decode_ilp_prepare(byte_view bytes);
result<ilp_reply> decode_ilp_reply(byte_view bytes);

} // namespace codius::net
