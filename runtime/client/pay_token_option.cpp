#include "runtime/client/pay_token_option.hpp"

#include "messages/bytes.hpp"

#include <algorithm>

namespace codius::client {

std::optional<codius::pay_token> read_pay_token(option_reader& in, size_t hosts) {
  const auto* text = in.value("pay-token");
  if (!text)
    return {};
  const auto octets = from_base64_lenient(*text);
  codius::pay_token token{};
  if (octets.size() != token.size()) {
    in.refuse("pay-token", *text, "must be the 22 characters that an earlier run printed");
    return {};
  }
  if (hosts > 1)
    in.say("--pay-token belongs to one host: give one --host");
  std::copy(octets.begin(), octets.end(), token.begin());
  return token;
}

} // namespace codius::client
