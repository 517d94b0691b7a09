#include "net/ilp/packet.hpp"

#include "net/ilp/address.hpp"
#include "net/ilp/oer.hpp"
#include "net/ilp/timestamp.hpp"

#include <algorithm>

namespace codius::net {

namespace {

constexpr uint8_t prepare_type = 12;
constexpr uint8_t fulfill_type = 13;
constexpr uint8_t reject_type = 14;
constexpr size_t max_contents = 64 * 1024;
constexpr size_t max_address = 1023;
constexpr size_t max_message = 8191;
constexpr size_t max_data = 32767;

error malformed(std::string why) { return {errc::malformed, "ilp packet: " + std::move(why)}; }

byte_buffer envelope(uint8_t type, byte_view contents) {
  oer_writer out;
  out.u8(type);
  out.var_octets(contents);
  return out.take();
}

result<octets32> take_octets32(oer_reader& in) {
  const auto raw = in.octets(32);
  if (!raw)
    return raw.error();
  octets32 out;
  std::copy(raw->begin(), raw->end(), out.begin());
  return out;
}

result<byte_buffer> take_data(oer_reader& in) {
  const auto raw = in.var_octets(max_data);
  if (!raw)
    return raw.error();
  return to_buffer(*raw);
}

result<std::string> take_text(oer_reader& in, size_t max) {
  const auto raw = in.var_octets(max);
  if (!raw)
    return raw.error();
  return std::string{as_text(*raw)};
}

result<ilp_prepare> prepare_contents(oer_reader in) {
  const auto amount = in.u64();
  if (!amount)
    return amount.error();
  const auto expiry = in.octets(17);
  if (!expiry)
    return expiry.error();
  const auto at = from_ilp_timestamp(as_text(*expiry));
  if (!at)
    return at.error();
  const auto condition = take_octets32(in);
  if (!condition)
    return condition.error();
  auto destination = take_text(in, max_address);
  if (!destination)
    return destination.error();
  if (!is_ilp_address(*destination))
    return malformed("destination is no ILP address");
  auto data = take_data(in);
  if (!data)
    return data.error();
  return ilp_prepare{*amount, *at, *condition, *std::move(destination), *std::move(data)};
}

result<ilp_fulfill> fulfill_contents(oer_reader in) {
  const auto preimage = take_octets32(in);
  if (!preimage)
    return preimage.error();
  auto data = take_data(in);
  if (!data)
    return data.error();
  return ilp_fulfill{*preimage, *std::move(data)};
}

result<ilp_reject> reject_contents(oer_reader in) {
  const auto code = in.octets(3);
  if (!code)
    return code.error();
  if (std::any_of(code->begin(), code->end(), [](std::byte b) { return b >= std::byte{0x80}; }))
    return malformed("code is not ASCII");
  auto by = take_text(in, max_address);
  if (!by)
    return by.error();
  if (!by->empty() && !is_ilp_address(*by))
    return malformed("triggeredBy is no ILP address");
  auto message = take_text(in, max_message);
  if (!message)
    return message.error();
  auto data = take_data(in);
  if (!data)
    return data.error();
  return ilp_reject{std::string{as_text(*code)}, *std::move(by), *std::move(message),
                    *std::move(data)};
}

template <class Packet>
result<ilp_packet> widen(result<Packet> p) {
  if (!p)
    return p.error();
  return ilp_packet{*std::move(p)};
}

} // namespace

byte_buffer encode(const ilp_prepare& p) {
  oer_writer out;
  out.u64(p.amount);
  out.octets(as_bytes(to_ilp_timestamp(p.expires_at)));
  out.octets(p.execution_condition);
  out.var_octets(as_bytes(p.destination));
  out.var_octets(p.data);
  return envelope(prepare_type, out.bytes());
}

byte_buffer encode(const ilp_fulfill& p) {
  oer_writer out;
  out.octets(p.fulfillment);
  out.var_octets(p.data);
  return envelope(fulfill_type, out.bytes());
}

byte_buffer encode(const ilp_reject& p) {
  // The code has no length of its own on the wire, so a wrong one here would shift every field.
  auto code = p.code;
  code.resize(3, '0');
  oer_writer out;
  out.octets(as_bytes(code));
  out.var_octets(as_bytes(p.triggered_by));
  out.var_octets(as_bytes(std::string_view{p.message}.substr(0, max_message)));
  out.var_octets(p.data);
  return envelope(reject_type, out.bytes());
}

byte_buffer encode(const ilp_reply& p) {
  return std::visit([](const auto& x) { return encode(x); }, p);
}

result<ilp_packet> decode_ilp_packet(byte_view bytes) {
  oer_reader in{bytes};
  const auto type = in.u8();
  if (!type)
    return type.error();
  const auto contents = in.var_octets(max_contents);
  if (!contents)
    return contents.error();
  switch (*type) {
    case prepare_type: return widen(prepare_contents(oer_reader{*contents}));
    case fulfill_type: return widen(fulfill_contents(oer_reader{*contents}));
    case reject_type: return widen(reject_contents(oer_reader{*contents}));
    default: return malformed("unknown type " + std::to_string(*type));
  }
}

result<ilp_prepare> decode_ilp_prepare(byte_view bytes) {
  auto p = decode_ilp_packet(bytes);
  if (!p)
    return p.error();
  if (auto* prepare = std::get_if<ilp_prepare>(&*p))
    return std::move(*prepare);
  return malformed("not a Prepare");
}

result<ilp_reply> decode_ilp_reply(byte_view bytes) {
  auto p = decode_ilp_packet(bytes);
  if (!p)
    return p.error();
  if (auto* fulfill = std::get_if<ilp_fulfill>(&*p))
    return ilp_reply{std::move(*fulfill)};
  if (auto* reject = std::get_if<ilp_reject>(&*p))
    return ilp_reply{std::move(*reject)};
  return malformed("not an answer");
}

} // namespace codius::net
