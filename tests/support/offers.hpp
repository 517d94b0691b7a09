#pragma once
#include "messages/sale.hpp"

namespace codius::tests {

/// 52 characters of base32, all `letter` but the last.
inline pod_id id_of(char letter) { return {std::string(51, letter) + "a"}; }

inline pay_token token_of(uint8_t n) {
  pay_token out{};
  out[15] = static_cast<std::byte>(n);
  return out;
}

inline std::shared_ptr<const pod_offer> offer_of(const pod_id& id) {
  pod_offer out;
  out.spec.id = id;
  out.spec.port = 8080;
  out.spec.containers.push_back(
    {"web", "registry.example/web@sha256:" + std::string(64, 'a'), std::nullopt, "", {{"A", "1"}}});
  out.manifest = R"({"name":"web"})";
  return std::make_shared<const pod_offer>(std::move(out));
}

} // namespace codius::tests
