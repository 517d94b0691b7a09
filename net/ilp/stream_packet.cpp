#include "net/ilp/stream_packet.hpp"

namespace codius::net {

namespace {

constexpr uint8_t version = 1;

result<stream_packet> malformed(const error& why) { return error{errc::malformed, why.detail}; }

// Reads one frame into `out`, or steps over one of unknown type.
status take_frame(oer_reader& in, std::vector<stream_frame>& out) {
  const auto type = in.u8();
  if (!type)
    return type.error();
  const auto contents = in.var_octets(max_stream_octets);
  if (!contents)
    return contents.error();
  auto f = read_frame(*type, *contents);
  if (f)
    out.push_back(*std::move(f));
  else if (f.error().code != errc::unsupported)
    return f.error();
  return ok();
}

} // namespace

byte_buffer encode(const stream_packet& p) {
  oer_writer out;
  out.u8(version);
  out.u8(p.ilp_type);
  out.var_uint(p.sequence);
  out.var_uint(p.amount);
  out.var_uint(p.frames.size());
  for (const auto& f : p.frames)
    write_frame(out, f);
  return out.take();
}

result<stream_packet> decode_stream_packet(byte_view plaintext) {
  oer_reader in{plaintext};
  stream_packet p;
  const auto v = in.u8();
  if (!v)
    return malformed(v.error());
  if (*v != version)
    return error{errc::malformed, "stream: unknown version"};
  const auto type = in.u8();
  if (!type)
    return malformed(type.error());
  const auto sequence = in.var_uint();
  if (!sequence)
    return malformed(sequence.error());
  const auto amount = in.var_uint();
  if (!amount)
    return malformed(amount.error());
  const auto count = in.var_uint();
  if (!count)
    return malformed(count.error());
  p.ilp_type = *type;
  p.sequence = *sequence;
  p.amount = *amount;
  // A frame takes two octets at least, so a lying count runs dry before it costs anything.
  for (uint64_t i = 0; i < *count; ++i)
    if (auto got = take_frame(in, p.frames); !got)
      return malformed(got.error());
  return p;
}

byte_buffer seal(const stream_packet& p, const stream_keys& keys, const env& world) {
  return keys.seal(encode(p), world);
}

std::optional<stream_packet> open_stream_packet(byte_view data, const stream_keys& keys) {
  const auto plaintext = keys.open(data);
  if (!plaintext)
    return std::nullopt;
  auto p = decode_stream_packet(*plaintext);
  if (!p)
    return std::nullopt;
  return *std::move(p);
}

ilp_prepare make_stream_prepare(const stream_packet& p, const stream_keys& keys, const env& world,
                                std::string destination, uint64_t amount, bool fulfillable,
                                std::chrono::milliseconds expires_in) {
  ilp_prepare out;
  out.amount = amount;
  out.expires_at = world.utc_now() + expires_in;
  out.destination = std::move(destination);
  out.data = seal(p, keys, world);
  out.execution_condition
    = fulfillable ? sha256(keys.fulfillment(out.data)) : unfulfillable_condition(world);
  return out;
}

bool can_fulfill(const ilp_prepare& p, const stream_keys& keys, octets32& fulfillment) {
  fulfillment = keys.fulfillment(p.data);
  return fulfills(fulfillment, p.execution_condition);
}

} // namespace codius::net
