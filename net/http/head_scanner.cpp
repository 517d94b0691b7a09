#include "net/http/head.hpp"

namespace codius::net {

size_t head_scanner::refuse(unsigned status, const char* message) {
  fault_ = http_fault{status, status == 400 ? errc::malformed : errc::header_too_large, message};
  return 0;
}

/// Checks one line against the limits; `end` is where the next one begins.
bool head_scanner::take_line(std::string_view line, size_t end) {
  if (lines_ == 0 && line.size() > limits_.line_bytes)
    refuse(414, "the request line is too long");
  else if (end > limits_.head_bytes)
    refuse(431, "the header fields are too large");
  else if (lines_ == 0 && line.empty())
    refuse(400, "the message begins with an empty line");
  else if (!line.empty() && ++lines_ > limits_.fields + 1)
    refuse(431, "there are too many header fields");
  return !fault_;
}

size_t head_scanner::scan(std::string_view received) {
  while (!fault_) {
    const auto lf = received.find('\n', line_start_);
    if (lf == std::string_view::npos)
      break;
    const bool crlf = lf > line_start_ && received[lf - 1] == '\r';
    bare_lf_ = bare_lf_ || !crlf;
    if (!crlf && !lenient_)
      return refuse(400, "a line ends without CR LF");
    const auto line = received.substr(line_start_, lf - line_start_ - (crlf ? 1 : 0));
    if (!take_line(line, lf + 1))
      return 0;
    if (line.empty())
      return lf + 1;
    line_start_ = lf + 1;
  }
  if (!fault_ && lines_ == 0 && received.size() > limits_.line_bytes + 1)
    return refuse(414, "the request line is too long");
  if (!fault_ && received.size() >= limits_.head_bytes)
    return refuse(431, "the header fields are too large");
  return 0;
}

} // namespace codius::net
