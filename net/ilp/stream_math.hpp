#pragma once
#include "messages/bytes.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace codius::net {

// The exact integer arithmetic of STREAM; products are 128 bits wide, results saturate at 2⁶⁴−1.

uint64_t saturating_add(uint64_t a, uint64_t b);
uint64_t saturating_sub(uint64_t a, uint64_t b);
/// ⌊a·b/c⌋ and ⌈a·b/c⌉, saturating; c must not be 0.
uint64_t mul_div_floor(uint64_t a, uint64_t b, uint64_t c);
uint64_t mul_div_ceil(uint64_t a, uint64_t b, uint64_t c);

/// ⌊amount·share/Σ⌋ for each share. All zero when the shares are.
std::vector<uint64_t> split_amount(uint64_t amount, const std::vector<uint64_t>& shares);
/// The most that one packet may bring to a stream with this much room left: 1 % over, rounded up.
uint64_t receive_tolerance(uint64_t receive_max, uint64_t total_received);

/// What a probe found: `arrived` receiver's units for `sent` of ours. `sent` is never 0.
struct stream_rate {
  uint64_t arrived = 1;
  uint64_t sent = 1;
  uint64_t to_receiver(uint64_t amount) const { return mul_div_floor(amount, arrived, sent); }
  bool operator==(const stream_rate&) const = default;
};

/// Millionths.
inline constexpr uint32_t whole_slippage = 1'000'000;
/// The least that the receiver may accept for `amount`; slippage in millionths, at most a million.
uint64_t minimum_arriving(uint64_t amount, const stream_rate& rate, uint32_t slippage);
/// The most to send so that the receiver gets what it has room for, rounded up by at most a unit.
uint64_t maximum_to_send(uint64_t receive_max, uint64_t total_received, const stream_rate& rate);

/// From the data of an F08 reject: ⌊sent·maximum/received⌋; nothing when it says nothing useful.
std::optional<uint64_t> limit_from_f08(uint64_t sent, byte_view data);

/// How much one packet may carry along a path, as answers teach it (RFC 0029 §6).
struct stream_path {
  uint64_t limit = ~uint64_t{0};   ///< next packet's
  uint64_t maximum = ~uint64_t{0}; ///< known not to be exceeded; 2⁶⁴−1: unknown

  void too_large(uint64_t sent, byte_view f08_data);
  void illiquid(uint64_t sent);
  void fulfilled(uint64_t sent);
};

} // namespace codius::net
