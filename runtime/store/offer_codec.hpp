#pragma once
#include "messages/sale.hpp"

namespace codius::runtime {

/// How an offer lies in the store: a JSON object that holds all that a restart needs.
std::string encode_offer(const pod_offer& offer);
/// Errors: `malformed`, for a damaged store.
result<pod_offer> decode_offer(const std::string& text);

} // namespace codius::runtime
