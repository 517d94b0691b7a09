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

/// An error answer of this host. Every one comes from here: `code` chooses status, hint and, for
/// what is nobody else's affair, the message (messages/error_catalogue.hpp).
struct error_text {
  error_text(errc c, std::string_view text = {}, unsigned http_status = 0,
             std::string_view members = {})
    : code(c), message(text), status(http_status), more(members) {}
  error_text(const error& why) : code(why.code), message(why.detail) {}

  errc code;
  std::string_view message; ///< empty: the reason phrase
  unsigned status = 0;      ///< 0: the usual one of the code
  std::string_view more;    ///< further members, as the inside of a JSON object
};

/// The status that `code` usually has.
unsigned http_status(errc code) noexcept;

/// `{"statusCode":…,"error":"<phrase>","message":"…","code":"…","hint":"…"}` in this order, then
/// `more`. `error` of a 413 is "Request Entity Too Large", as clients know it.
http_response error_response(const error_text& why);

/// True when `Accept` names HTML, as browsers do for what people look at.
bool wants_page(const http_fields& fields);

/// The same as a small HTML page, for people. `retry_seconds` > 0 makes the page try again by
/// itself.
http_response error_page(const error_text& why, unsigned retry_seconds = 0);

} // namespace codius::net
