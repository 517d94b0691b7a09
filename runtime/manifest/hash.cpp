#include "runtime/manifest/hash.hpp"

#include "messages/bytes.hpp"
#include "runtime/manifest/canonical_json.hpp"

#include <cryptopp/sha.h>

#include <array>

namespace codius::runtime {

namespace {

std::array<std::byte, 32> sha256_of(const json& value) {
  CryptoPP::SHA256 hash;
  canonical_json(value, [&hash](std::string_view part) {
    hash.Update(reinterpret_cast<const CryptoPP::byte*>(part.data()), part.size());
  });
  std::array<std::byte, 32> digest;
  hash.Final(reinterpret_cast<CryptoPP::byte*>(digest.data()));
  return digest;
}

} // namespace

pod_id hash_manifest(const json& manifest) { return {to_base32(sha256_of(manifest))}; }

std::string hash_private_var(const json& private_var) { return to_hex(sha256_of(private_var)); }

} // namespace codius::runtime
