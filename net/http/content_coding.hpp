#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace codius::net {

/// How a body is coded, by its Content-Encoding field (RFC 9110, section 8.4).
enum class content_coding : uint8_t {
  none,
  gzip,    ///< RFC 1952, several members one after the other included
  deflate, ///< RFC 1950
};

/// Reads a Content-Encoding field; names have no case. Errors: `unsupported` for another coding,
/// and for more than one.
result<content_coding> read_content_coding(std::string_view field);

/// Takes a coding off. However small `coded` is, no more than `most` octets (and a little) are ever
/// held. Errors: `malformed` for what is damaged, incomplete, or followed by something else;
/// `too_large`.
result<std::string> decode_content(std::string_view coded, content_coding coding, size_t most);

} // namespace codius::net
