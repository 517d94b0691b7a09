#include "net/http/body_decoder.hpp"

#include "net/http/text.hpp"

#include <algorithm>
#include <charconv>

namespace codius::net {

namespace {

constexpr size_t max_size_line = 256;
constexpr size_t max_trailer_line = 4096;
constexpr size_t max_overhead = 16 * 1024;

error malformed(const char* what) { return {errc::malformed, what}; }

/// A line at the front of `in` with its CR LF: its size, 0 when it is not complete yet. Errors:
/// `malformed` for a bare LF, `too_large` for more than `max` octets.
result<size_t> line_size(std::string_view in, size_t max) {
  const auto lf = in.substr(0, max).find('\n');
  if (lf == std::string_view::npos) {
    if (in.size() >= max)
      return error{errc::too_large, "a line of the chunked body is too long"};
    return size_t{0};
  }
  if (lf == 0 || in[lf - 1] != '\r')
    return malformed("a line of the chunked body ends without CR LF");
  return lf + 1;
}

} // namespace

body_decoder::body_decoder(body_framing framing)
  : how_(framing.how), phase_(phase::data), left_(framing.length) {
  if (how_ == body_framing::kind::none || (how_ == body_framing::kind::length && left_ == 0))
    phase_ = phase::done;
  else if (how_ == body_framing::kind::chunked)
    phase_ = phase::size_line;
}

body_decoder::step body_decoder::take_data(std::string_view in, phase after) {
  const auto n = static_cast<size_t>(std::min<uint64_t>(left_, in.size()));
  left_ -= n;
  if (left_ == 0)
    phase_ = after;
  return {n, in.substr(0, n)};
}

result<body_decoder::step> body_decoder::next(std::string_view in) {
  switch (phase_) {
    case phase::data:
      if (how_ == body_framing::kind::until_close)
        return step{in.size(), in};
      return take_data(in, phase::done);
    case phase::size_line: return size_line(in);
    case phase::chunk_data: return take_data(in, phase::chunk_end);
    case phase::chunk_end:
      if (in.size() < 2)
        return in.empty() || in[0] == '\r' ? result<step>{step{}}
                                           : malformed("a chunk ends without CR LF");
      if (in.substr(0, 2) != "\r\n")
        return malformed("a chunk ends without CR LF");
      phase_ = phase::size_line;
      return step{2, {}};
    case phase::trailer: return trailer_line(in);
    case phase::done: break;
  }
  return step{};
}

result<body_decoder::step> body_decoder::size_line(std::string_view in) {
  const auto size = line_size(in, max_size_line);
  if (!size)
    return size.error();
  if (*size == 0)
    return step{};
  const auto line = in.substr(0, *size - 2);
  const auto digits = line.substr(0, line.find_first_of("; \t"));
  const auto extension = line.substr(digits.size());
  const auto* end = digits.data() + digits.size();
  // from_chars would take a sign only for signed types, and never a 0x.
  const auto [stop, ec] = std::from_chars(digits.data(), end, left_, 16);
  if (digits.size() > 15 || ec != std::errc{} || stop != end)
    return malformed("a chunk size is not a hex number");
  if (!extension.empty() && (extension.front() != ';' || !is_field_value(extension)))
    return malformed("a chunk extension is malformed");
  overhead_ += extension.size();
  if (overhead_ > max_overhead)
    return error{errc::too_large, "the chunk extensions are too long"};
  phase_ = left_ > 0 ? phase::chunk_data : phase::trailer;
  if (left_ == 0)
    overhead_ = 0;
  return step{*size, {}};
}

result<body_decoder::step> body_decoder::trailer_line(std::string_view in) {
  const auto size = line_size(in, max_trailer_line);
  if (!size)
    return size.error();
  if (*size == 0)
    return step{};
  const auto line = in.substr(0, *size - 2);
  overhead_ += *size;
  if (overhead_ > max_overhead)
    return error{errc::too_large, "the trailers are too long"};
  if (line.empty())
    phase_ = phase::done;
  else if (!is_token(line.substr(0, line.find(':'))) || line.find(':') == std::string_view::npos
           || !is_field_value(line))
    return malformed("a trailer is malformed");
  return step{*size, {}};
}

bool body_decoder::end_of_stream() noexcept {
  if (how_ == body_framing::kind::until_close)
    phase_ = phase::done;
  return done();
}

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty())
    return;
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, data.size(), 16).ptr;
  out.append(size, end).append("\r\n").append(data).append("\r\n");
}

} // namespace codius::net
