#include "net/ilp/stream_crypto.hpp"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

namespace codius::net {

namespace {

const CryptoPP::byte* in(byte_view v) { return reinterpret_cast<const CryptoPP::byte*>(v.data()); }
CryptoPP::byte* out(std::span<std::byte> v) { return reinterpret_cast<CryptoPP::byte*>(v.data()); }

} // namespace

octets32 hmac_sha256(byte_view key, byte_view message) {
  octets32 digest;
  CryptoPP::HMAC<CryptoPP::SHA256> mac(in(key), key.size());
  mac.CalculateDigest(out(digest), in(message), message.size());
  return digest;
}

byte_buffer gcm_seal(const octets32& key, std::span<const std::byte, gcm_iv_octets> iv,
                     byte_view plaintext) {
  byte_buffer sealed(gcm_overhead + plaintext.size());
  std::copy(iv.begin(), iv.end(), sealed.begin());
  auto tag = std::span{sealed}.subspan(gcm_iv_octets, gcm_tag_octets);
  CryptoPP::GCM<CryptoPP::AES>::Encryption cipher;
  cipher.SetKeyWithIV(in(key), key.size(), in(iv), iv.size());
  cipher.EncryptAndAuthenticate(out(std::span{sealed}.subspan(gcm_overhead)), out(tag), tag.size(),
                                in(iv), static_cast<int>(iv.size()), nullptr, 0, in(plaintext),
                                plaintext.size());
  return sealed;
}

std::optional<byte_buffer> gcm_open(const octets32& key, byte_view sealed) {
  if (sealed.size() < gcm_overhead)
    return std::nullopt;
  const auto iv = sealed.first(gcm_iv_octets);
  const auto tag = sealed.subspan(gcm_iv_octets, gcm_tag_octets);
  const auto ciphertext = sealed.subspan(gcm_overhead);
  byte_buffer plaintext(ciphertext.size());
  CryptoPP::GCM<CryptoPP::AES>::Decryption cipher;
  cipher.SetKeyWithIV(in(key), key.size(), in(iv), iv.size());
  if (!cipher.DecryptAndVerify(out(plaintext), in(tag), tag.size(), in(iv),
                               static_cast<int>(iv.size()), nullptr, 0, in(ciphertext),
                               ciphertext.size()))
    return std::nullopt;
  return plaintext;
}

stream_keys::stream_keys(byte_view shared_secret)
  : encryption_(hmac_sha256(shared_secret, as_bytes("ilp_stream_encryption"))),
    fulfillment_(hmac_sha256(shared_secret, as_bytes("ilp_stream_fulfillment"))) {}

byte_buffer stream_keys::seal(byte_view plaintext, const env& world) const {
  std::array<std::byte, gcm_iv_octets> iv;
  world.random_bytes(iv);
  return gcm_seal(encryption_, iv, plaintext);
}

octets32 unfulfillable_condition(const env& world) {
  octets32 condition;
  world.random_bytes(condition);
  return condition;
}

} // namespace codius::net
