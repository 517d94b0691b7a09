#pragma once
#include "net/http/head.hpp"
#include "net/http/message.hpp"

#include <string>
#include <string_view>

// Writing heads. Pure. Nothing is ever copied from a received head as a whole: each part is
// checked and written anew.

namespace codius::net {

void append_status_line(std::string& out, unsigned status, std::string_view reason);

/// Appends `name: value` and CR LF. A name or value that cannot stand in a head (it might split
/// it) is left out and false returned.
bool append_field(std::string& out, std::string_view name, std::string_view value);

/// True for the fields that describe one connection and not the message: Connection, Keep-Alive,
/// Proxy-*, TE, Trailer, Transfer-Encoding, Upgrade, HTTP2-Settings and Content-Length, which
/// whoever writes a message sets by himself.
bool is_framing_field(std::string_view name) noexcept;

/// What an answer needs to know of the request and its connection.
struct answer_style {
  unsigned minor = 1;     ///< of the request
  bool head_only = false; ///< the request was HEAD
  bool close = false;     ///< the connection ends with this answer
  std::string_view date;  ///< for the Date field; empty: none
};

/// True for the statuses whose answers have no body at all.
bool is_bodyless(unsigned status) noexcept;

/// The head of an answer whose body is a stream: chunked for HTTP/1.1; for 1.0 `style.close` must
/// be set, as the body ends with the connection.
std::string stream_head_text(const http_response& res, const answer_style& style);

/// A whole response ready to be sent.
std::string response_text(const http_response& res, const answer_style& style);

} // namespace codius::net
