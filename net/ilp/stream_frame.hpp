#pragma once
#include "messages/bytes.hpp"
#include "net/ilp/oer.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <variant>

namespace codius::net {

/// "No limit" on the wire; larger values read as this one.
inline constexpr uint64_t stream_unlimited = std::numeric_limits<uint64_t>::max();

/// Why a stream or a connection ended (RFC 0029 §5.4). Peers may send other numbers.
enum class stream_error : uint8_t {
  no_error = 1,
  internal_error,
  endpoint_busy,
  flow_control,
  stream_id,
  stream_state,
  frame_format,
  protocol_violation,
  application,
};

/// STREAM frames (RFC 0029 §5.3). Amounts are in the units of the endpoint that sends the frame,
/// offsets count octets.
namespace frame {

struct connection_close {
  uint8_t code = 1;
  std::string message;
  bool operator==(const connection_close&) const = default;
};
struct connection_new_address {
  std::string address; ///< unchecked
  bool operator==(const connection_new_address&) const = default;
};
struct connection_max_data {
  uint64_t max_offset = 0;
  bool operator==(const connection_max_data&) const = default;
};
struct connection_data_blocked {
  uint64_t max_offset = 0;
  bool operator==(const connection_data_blocked&) const = default;
};
struct connection_max_stream_id {
  uint64_t max_stream_id = 0;
  bool operator==(const connection_max_stream_id&) const = default;
};
struct connection_stream_id_blocked {
  uint64_t max_stream_id = 0;
  bool operator==(const connection_stream_id_blocked&) const = default;
};
struct connection_asset_details {
  std::string code;
  uint8_t scale = 0;
  bool operator==(const connection_asset_details&) const = default;
};
struct stream_close {
  uint64_t stream_id = 0;
  uint8_t code = 1;
  std::string message;
  bool operator==(const stream_close&) const = default;
};
struct stream_money {
  uint64_t stream_id = 0;
  uint64_t shares = 0; ///< a proportion of what arrives, not an amount
  bool operator==(const stream_money&) const = default;
};
struct stream_max_money {
  uint64_t stream_id = 0;
  uint64_t receive_max = 0;
  uint64_t total_received = 0;
  bool operator==(const stream_max_money&) const = default;
};
struct stream_money_blocked {
  uint64_t stream_id = 0;
  uint64_t send_max = 0;
  uint64_t total_sent = 0;
  bool operator==(const stream_money_blocked&) const = default;
};
struct stream_data {
  uint64_t stream_id = 0;
  uint64_t offset = 0;
  byte_buffer data;
  bool operator==(const stream_data&) const = default;
};
struct stream_max_data {
  uint64_t stream_id = 0;
  uint64_t max_offset = 0;
  bool operator==(const stream_max_data&) const = default;
};
struct stream_data_blocked {
  uint64_t stream_id = 0;
  uint64_t max_offset = 0;
  bool operator==(const stream_data_blocked&) const = default;
};
struct stream_receipt {
  uint64_t stream_id = 0;
  byte_buffer receipt; ///< 58 octets when well formed; unchecked here
  bool operator==(const stream_receipt&) const = default;
};

} // namespace frame

using stream_frame
  = std::variant<frame::connection_close, frame::connection_new_address, frame::connection_max_data,
                 frame::connection_data_blocked, frame::connection_max_stream_id,
                 frame::connection_stream_id_blocked, frame::connection_asset_details,
                 frame::stream_close, frame::stream_money, frame::stream_max_money,
                 frame::stream_money_blocked, frame::stream_data, frame::stream_max_data,
                 frame::stream_data_blocked, frame::stream_receipt>;

/// Appends type, length and contents.
void write_frame(oer_writer& out, const stream_frame& f);
/// The frame of this type; octets after its last known field are ignored. Errors: `unsupported`
/// for an unknown type, which callers skip; `malformed`.
result<stream_frame> read_frame(uint8_t type, byte_view contents);

} // namespace codius::net
