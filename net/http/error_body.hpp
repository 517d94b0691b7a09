#pragma once
#include "messages/error.hpp"
#include "net/http/message.hpp"

#include <string>
#include <string_view>

namespace codius::net {

/// Appends `text` as the inside of a JSON string (without the quotes). Octets that are not UTF-8
/// become U+FFFD, so that the outcome always parses.
void append_json_escaped(std::string& out, std::string_view text);

/// Appends `text` for use between HTML tags or in a quoted attribute.
void append_html_escaped(std::string& out, std::string_view text);

/// The one status that each code maps to.
unsigned http_status(errc code) noexcept;

/// The error answer of this host, the same from every part of it:
/// `{"statusCode":…,"error":"<phrase>","message":"…","code":"…"}` in this order. An empty message
/// becomes the phrase. `error` of a 413 is "Request Entity Too Large", as clients know it.
http_response error_response(unsigned status, std::string_view code, std::string_view message);

/// The same for an error value. The detail of an `internal` one is kept from the client.
http_response error_response(const error& why);

/// The same as a small HTML page, for people. `retry_seconds` > 0 makes the page try again by
/// itself.
http_response error_page(unsigned status, std::string_view message, unsigned retry_seconds = 0);

} // namespace codius::net
