#pragma once
#include "net/ilp/stream_crypto.hpp"
#include "net/ilp/stream_frame.hpp"

#include <optional>
#include <vector>

namespace codius::net {

inline constexpr uint8_t ilp_type_prepare = 12;
inline constexpr uint8_t ilp_type_fulfill = 13;
inline constexpr uint8_t ilp_type_reject = 14;

/// The largest data field of an ILP packet, encrypted.
inline constexpr size_t max_stream_octets = 32767;

/// The plaintext of a STREAM packet (RFC 0029 §5.2).
struct stream_packet {
  uint8_t ilp_type = ilp_type_prepare; ///< of the packet that this one rides on; unchecked
  uint64_t sequence = 0;               ///< a reply repeats that of its request
  /// On a Prepare the least that the receiver may accept, on a reply what arrived; receiver's
  /// units.
  uint64_t amount = 0;
  std::vector<stream_frame> frames;
  bool operator==(const stream_packet&) const = default;
};

byte_buffer encode(const stream_packet& p);
/// Skips frames of unknown type; ignores what follows the last frame (padding). Errors:
/// `malformed`: then nothing of the packet counts.
result<stream_packet> decode_stream_packet(byte_view plaintext);

byte_buffer seal(const stream_packet& p, const stream_keys& keys, const env& world);
/// Decrypts and parses; nothing when it is not ours, or malformed.
std::optional<stream_packet> open_stream_packet(byte_view data, const stream_keys& keys);

/// A Prepare around `p`. Fulfillable: its condition fits the sealed data.
ilp_prepare make_stream_prepare(const stream_packet& p, const stream_keys& keys, const env& world,
                                std::string destination, uint64_t amount, bool fulfillable,
                                std::chrono::milliseconds expires_in);
/// True when the holder of `keys` can fulfill `p`; the preimage goes to `fulfillment`.
bool can_fulfill(const ilp_prepare& p, const stream_keys& keys, octets32& fulfillment);

} // namespace codius::net
