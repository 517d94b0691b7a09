#include "net/ilp/oer.hpp"

#include <limits>

namespace codius::net {

namespace {

uint64_t big_endian(byte_view in) {
  uint64_t v = 0;
  for (std::byte b : in)
    v = v << 8 | std::to_integer<uint64_t>(b);
  return v;
}

void put_big_endian(byte_buffer& out, uint64_t v, size_t octets) {
  for (size_t i = octets; i-- > 0;)
    out.push_back(static_cast<std::byte>(v >> (8 * i) & 0xff));
}

size_t octets_needed(uint64_t v) {
  size_t n = 1;
  while (v >>= 8)
    ++n;
  return n;
}

error malformed(const char* why) { return {errc::malformed, std::string{"oer: "} + why}; }

} // namespace

result<byte_view> oer_reader::octets(size_t n) {
  if (n > in_.size())
    return malformed("truncated");
  const auto out = in_.first(n);
  in_ = in_.subspan(n);
  return out;
}

result<uint8_t> oer_reader::u8() {
  auto raw = octets(1);
  if (!raw)
    return raw.error();
  return static_cast<uint8_t>(big_endian(*raw));
}

result<uint16_t> oer_reader::u16() {
  auto raw = octets(2);
  if (!raw)
    return raw.error();
  return static_cast<uint16_t>(big_endian(*raw));
}

result<uint32_t> oer_reader::u32() {
  auto raw = octets(4);
  if (!raw)
    return raw.error();
  return static_cast<uint32_t>(big_endian(*raw));
}

result<uint64_t> oer_reader::u64() {
  auto raw = octets(8);
  if (!raw)
    return raw.error();
  return big_endian(*raw);
}

result<size_t> oer_reader::length(size_t max) {
  if (in_.empty())
    return malformed("truncated");
  const auto first = std::to_integer<size_t>(in_[0]);
  size_t value = first;
  size_t used = 1;
  if (first >= 0x80) {
    const size_t k = first - 0x80;
    if (k == 0)
      return malformed("indefinite length");
    if (k > 6)
      return malformed("length too large");
    if (k > in_.size() - 1)
      return malformed("truncated");
    value = big_endian(in_.subspan(1, k));
    if (value < 0x80 || octets_needed(value) != k)
      return malformed("length not in its shortest form");
    used += k;
  }
  if (value > max)
    return malformed("length over the limit");
  in_ = in_.subspan(used);
  return value;
}

result<byte_view> oer_reader::var_octets(size_t max) {
  const auto before = in_;
  const auto n = length(max);
  if (!n)
    return n.error();
  auto out = octets(*n);
  if (!out)
    in_ = before;
  return out;
}

result<uint64_t> oer_reader::var_uint() {
  const auto before = in_;
  const auto raw = var_octets(8);
  if (!raw)
    return raw.error();
  if (raw->empty()) {
    in_ = before;
    return malformed("integer of no octets");
  }
  return big_endian(*raw);
}

result<uint64_t> oer_reader::var_uint_saturating(size_t max_octets) {
  const auto before = in_;
  const auto raw = var_octets(max_octets);
  if (!raw)
    return raw.error();
  if (raw->empty()) {
    in_ = before;
    return malformed("integer of no octets");
  }
  return raw->size() > 8 ? std::numeric_limits<uint64_t>::max() : big_endian(*raw);
}

void oer_writer::u8(uint8_t v) { out_.push_back(static_cast<std::byte>(v)); }
void oer_writer::u16(uint16_t v) { put_big_endian(out_, v, 2); }
void oer_writer::u32(uint32_t v) { put_big_endian(out_, v, 4); }
void oer_writer::u64(uint64_t v) { put_big_endian(out_, v, 8); }
void oer_writer::octets(byte_view v) { out_.insert(out_.end(), v.begin(), v.end()); }

void oer_writer::length(size_t n) {
  if (n < 0x80) {
    u8(static_cast<uint8_t>(n));
    return;
  }
  const auto k = octets_needed(n);
  u8(static_cast<uint8_t>(0x80 + k));
  put_big_endian(out_, n, k);
}

void oer_writer::var_octets(byte_view v) {
  length(v.size());
  octets(v);
}

void oer_writer::var_uint(uint64_t v) {
  const auto k = octets_needed(v);
  u8(static_cast<uint8_t>(k));
  put_big_endian(out_, v, k);
}

} // namespace codius::net
