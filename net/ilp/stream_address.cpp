#include "net/ilp/stream_address.hpp"

#include "net/ilp/oer.hpp"
#include "net/ilp/stream_crypto.hpp"

namespace codius::net {

namespace {

constexpr size_t max_tag_octets = 64;
constexpr size_t max_segment = 256;
constexpr uint8_t has_tag = 1;

std::optional<byte_buffer> read_tag(byte_view plaintext) {
  oer_reader in{plaintext};
  const auto flags = in.u8();
  if (!flags || (*flags & ~has_tag) != 0)
    return std::nullopt;
  if (*flags == 0)
    return byte_buffer{};
  const auto tag = in.var_octets(max_tag_octets);
  if (!tag)
    return std::nullopt;
  return to_buffer(*tag);
}

} // namespace

stream_addresses::stream_addresses(byte_view server_secret)
  : token_key_(hmac_sha256(server_secret, as_bytes("ilp_stream_connection_token"))),
    secret_key_(hmac_sha256(server_secret, as_bytes("ilp_stream_shared_secret"))) {}

pay_details stream_addresses::make(std::string_view own_address, byte_view tag,
                                   const env& world) const {
  oer_writer plaintext;
  plaintext.u8(tag.empty() ? 0 : has_tag);
  if (!tag.empty())
    plaintext.var_octets(tag);
  std::array<std::byte, gcm_iv_octets> iv;
  world.random_bytes(iv);
  const auto sealed = gcm_seal(token_key_, iv, plaintext.bytes());
  pay_details out;
  out.address = std::string{own_address} + "." + to_base64url(sealed);
  out.shared_secret = hmac_sha256(secret_key_, sealed);
  return out;
}

std::optional<stream_addresses::token> stream_addresses::read(std::string_view segment) const {
  if (segment.empty() || segment.size() > max_segment)
    return std::nullopt;
  const auto raw = from_base64_lenient(segment);
  // Several texts decode alike; only the one we wrote names the connection.
  if (to_base64url(raw) != segment)
    return std::nullopt;
  const auto plaintext = gcm_open(token_key_, raw);
  if (!plaintext)
    return std::nullopt;
  auto tag = read_tag(*plaintext);
  if (!tag)
    return std::nullopt;
  token out;
  out.tag = *std::move(tag);
  out.shared_secret = hmac_sha256(secret_key_, raw);
  return out;
}

std::string_view stream_segment(std::string_view own_address, std::string_view destination) {
  if (own_address.empty() || !destination.starts_with(own_address))
    return {};
  destination.remove_prefix(own_address.size());
  if (!destination.starts_with('.'))
    return {};
  destination.remove_prefix(1);
  return destination.substr(0, destination.find('.'));
}

} // namespace codius::net
