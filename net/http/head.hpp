#pragma once
#include "messages/error.hpp"
#include "net/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Strict reading of HTTP/1.x heads (RFC 9112). Pure: octets in, values out. Whatever two parsers
// could read in two ways is refused, because such messages are built to smuggle requests.

namespace codius::net {

/// Why a message is refused, and with which status.
struct http_fault {
  unsigned status = 400;
  errc code = errc::malformed;
  std::string message;
};

struct head_limits {
  size_t line_bytes = 8 * 1024;  ///< of the first line, else 414
  size_t head_bytes = 16 * 1024; ///< of all lines with their ends, else 431
  size_t fields = 100;           ///< else 431
};

/// Finds the end of a head that arrives in pieces, without looking twice at what it has seen.
class head_scanner {
public:
  /// `lenient` takes lines that end in a bare LF, as some pods' CGI scripts write them.
  explicit head_scanner(head_limits limits, bool lenient = false)
    : limits_(limits), lenient_(lenient) {}

  /// Looks at all octets received so far, the head's first octet first. The head's size with its
  /// empty line; 0 when octets are still missing. A fault ends the scan.
  size_t scan(std::string_view received);
  const std::optional<http_fault>& fault() const noexcept { return fault_; }
  /// True when a bare LF was met.
  bool met_bare_lf() const noexcept { return bare_lf_; }

private:
  size_t refuse(unsigned status, const char* message);
  bool take_line(std::string_view line, size_t end);

  head_limits limits_;
  bool lenient_;
  bool bare_lf_ = false;
  size_t line_start_ = 0;
  size_t lines_ = 0;
  std::optional<http_fault> fault_;
};

/// How the end of a message's body is known.
struct body_framing {
  enum class kind : uint8_t { none, length, chunked, until_close } how = kind::none;
  uint64_t length = 0; ///< for `length`
  bool operator==(const body_framing&) const = default;
};

struct request_head {
  std::string method;
  std::string target;    ///< origin form ("/…") or "*"; the authority form of CONNECT as it is
  std::string authority; ///< of an absolute-form target, else of Host; empty in old HTTP/1.0
  unsigned minor = 1;    ///< HTTP/1.`minor`
  http_fields fields;    ///< all, as received
  body_framing body;     ///< none, length or chunked
  bool keep_alive = true;
  bool expect_continue = false;
  std::string upgrade; ///< the protocols asked for when Connection names Upgrade, else empty
};

struct response_head {
  unsigned status = 0; ///< 100 to 599
  unsigned minor = 1;
  std::string reason;
  http_fields fields;
  body_framing body;
  bool keep_alive = true;
};

/// Reads a complete head. Refused with 400: anything but CRLF, a version other than 1.0 or 1.1
/// (505), a method or name that is no token, a blank before a colon, folded lines, controls in
/// values, no Host or several, a Content-Length that is not one plain number, a Transfer-Encoding
/// other than one `chunked` or together with a length or in HTTP/1.0, a target outside visible
/// ASCII or with a fragment. 417: an unknown expectation.
std::optional<http_fault> parse_request_head(std::string_view head, request_head& out);

/// Reads a complete response head for a request of method `method`, which decides whether a body
/// follows. Strict as above but for bare LFs; a fault's status is 502.
std::optional<http_fault> parse_response_head(std::string_view head, std::string_view method,
                                              response_head& out);

/// The label that selects a pod: the first one of `authority` if it is 52 characters of base32 in
/// either case, lower-cased; else empty.
std::string pod_label(std::string_view authority);

} // namespace codius::net
