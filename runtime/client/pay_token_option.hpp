#pragma once
#include "messages/sale.hpp"
#include "runtime/client/option_reader.hpp"

#include <optional>

namespace codius::client {

namespace options {
inline constexpr option_spec pay_token{
  "--pay-token", "TOKEN", "Use the credit of an earlier payment: the token that it printed."};
} // namespace options

/// Complains of what is no token, and of several hosts: a token belongs to one.
std::optional<codius::pay_token> read_pay_token(option_reader& in, size_t hosts);

} // namespace codius::client
