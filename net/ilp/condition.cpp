#include "net/ilp/condition.hpp"

#include "net/ilp/oer.hpp"

#include <cryptopp/sha.h>

namespace codius::net {

octets32 sha256(byte_view bytes) {
  octets32 out;
  CryptoPP::SHA256{}.CalculateDigest(reinterpret_cast<CryptoPP::byte*>(out.data()),
                                     reinterpret_cast<const CryptoPP::byte*>(bytes.data()),
                                     bytes.size());
  return out;
}

bool fulfills(const octets32& fulfillment, const octets32& condition) {
  return equal_constant_time(sha256(fulfillment), condition);
}

ilp_reject make_reject(std::string code, std::string triggered_by, std::string message) {
  return {std::move(code), std::move(triggered_by), std::move(message), {}};
}

ilp_reject amount_too_large(std::string triggered_by, uint64_t received, uint64_t maximum) {
  oer_writer data;
  data.u64(received);
  data.u64(maximum);
  return {"F08", std::move(triggered_by), "packet amount is too large", data.take()};
}

} // namespace codius::net
