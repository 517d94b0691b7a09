#pragma once
#include "messages/env.hpp"
#include "net/http/message.hpp"

namespace codius::actors {

/// The name of a request in its answer and in every log line about it. The one that the client or
/// a proxy in front gave in `X-Request-Id`, if it is 1 to 64 letters, digits, `-`, `_`, `.`, else
/// 16 fresh hex digits.
std::string request_id_of(const net::http_fields& asked, const env& world);

} // namespace codius::actors
