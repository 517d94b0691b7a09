#pragma once
#include "messages/bytes.hpp"

#include <cstdint>

namespace codius::net {

/// Takes Octet Encoding Rules primitives (ITU-T X.696, Interledger RFC 0030) off the front of a
/// buffer that it borrows. The cursor moves only on success. Errors: `malformed`, saying why.
class oer_reader {
public:
  explicit oer_reader(byte_view in) : in_(in) {}

  result<uint8_t> u8();
  result<uint16_t> u16();
  result<uint32_t> u32();
  result<uint64_t> u64();
  /// Exactly `n` octets, unprefixed.
  result<byte_view> octets(size_t n);
  /// A length determinant in its shortest form, at most `max`.
  result<size_t> length(size_t max);
  /// A length-prefixed string of at most `max` octets.
  result<byte_view> var_octets(size_t max);
  /// One to eight octets; redundant leading zeros are accepted as deployed decoders do.
  result<uint64_t> var_uint();
  /// As `var_uint`, but a value of more than eight octets (at most `max_octets`) reads as 2⁶⁴−1.
  result<uint64_t> var_uint_saturating(size_t max_octets = 32);

  byte_view rest() const { return in_; }
  bool empty() const { return in_.empty(); }

private:
  byte_view in_;
};

/// Appends the same primitives; always in their shortest form.
class oer_writer {
public:
  void u8(uint8_t v);
  void u16(uint16_t v);
  void u32(uint32_t v);
  void u64(uint64_t v);
  void octets(byte_view v);
  void length(size_t n);
  void var_octets(byte_view v);
  void var_uint(uint64_t v);

  const byte_buffer& bytes() const { return out_; }
  byte_buffer take() { return std::move(out_); }

private:
  byte_buffer out_;
};

} // namespace codius::net
