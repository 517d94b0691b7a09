#pragma once
#include "net/http/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The `Prefer` field (RFC 7240): what a client would like, and a server may do.

namespace codius::net {

struct preference {
  std::string name;  ///< lower case
  std::string value; ///< without quotes; empty: none was given, which means the same as ""
  std::vector<std::pair<std::string, std::string>> parameters; ///< names in lower case
  bool operator==(const preference&) const = default;
};

/// The preferences of a request in their order, 32 at most. Of several with one name the first counts, the
/// others are left out; so is an element that breaks the grammar, up to the next comma.
std::vector<preference> read_preferences(const http_fields& fields);

/// True when the client would rather have a 202 at once than wait: `respond-async`, which has no
/// value. `wait` is left aside, as a server may do.
bool prefers_async(const http_fields& fields);

} // namespace codius::net
