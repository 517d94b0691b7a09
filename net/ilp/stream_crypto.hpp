#pragma once
#include "messages/bytes.hpp"
#include "messages/env.hpp"
#include "net/ilp/condition.hpp"

#include <optional>
#include <string_view>

namespace codius::net {

octets32 hmac_sha256(byte_view key, byte_view message);

inline constexpr size_t gcm_iv_octets = 12;
inline constexpr size_t gcm_tag_octets = 16;
/// What sealing adds to a message.
inline constexpr size_t gcm_overhead = gcm_iv_octets + gcm_tag_octets;

/// AES-256-GCM as STREAM lays it out: IV, then the full tag, then the ciphertext; no associated
/// data. `iv` must never repeat under one key.
byte_buffer gcm_seal(const octets32& key, std::span<const std::byte, gcm_iv_octets> iv,
                     byte_view plaintext);
/// The plaintext; nothing when `sealed` is too short or not authentic.
std::optional<byte_buffer> gcm_open(const octets32& key, byte_view sealed);

/// The keys of one STREAM connection (Interledger RFC 0029 §4), both directions. Immutable, so any
/// thread may use them.
class stream_keys {
public:
  explicit stream_keys(byte_view shared_secret);

  /// The data field of an ILP packet, under a fresh IV.
  byte_buffer seal(byte_view plaintext, const env& world) const;
  std::optional<byte_buffer> open(byte_view data) const { return gcm_open(encryption_, data); }
  /// The preimage that fulfills a Prepare carrying exactly `data`.
  octets32 fulfillment(byte_view data) const { return hmac_sha256(fulfillment_, data); }

  const octets32& encryption_key() const { return encryption_; }
  const octets32& fulfillment_key() const { return fulfillment_; }

private:
  octets32 encryption_;
  octets32 fulfillment_;
};

/// A condition that nobody can fulfill: 32 random octets, as probes carry it.
octets32 unfulfillable_condition(const env& world);

} // namespace codius::net
