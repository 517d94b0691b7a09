#pragma once
#include "messages/error.hpp"
#include "net/http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace codius::net {

/// Takes a message body out of its framing, piece by piece. Pure: feed it what is there, drop what
/// it consumed, use the piece at once.
///
/// Chunked coding is read strictly (RFC 9112 §7.1): sizes of 1 to 15 hex digits, CR LF everywhere.
/// Chunk extensions and trailers are checked, bounded (16 KiB a body each) and dropped.
class body_decoder {
public:
  explicit body_decoder(body_framing framing);

  /// What was done with the front of the input.
  struct step {
    size_t consumed = 0;   ///< octets to drop from the input
    std::string_view data; ///< body octets among them; borrows from the input
  };
  /// Nothing consumed and not `done()` means: more octets are needed. Errors: `malformed`,
  /// `too_large`; the decoder is useless afterwards.
  result<step> next(std::string_view in);

  /// True once the whole body has been handed out.
  bool done() const noexcept { return phase_ == phase::done; }
  /// Tells that the stream ended. True when the body may end this way.
  bool end_of_stream() noexcept;

private:
  enum class phase : uint8_t { data, size_line, chunk_data, chunk_end, trailer, done };
  result<step> size_line(std::string_view in);
  result<step> trailer_line(std::string_view in);
  step take_data(std::string_view in, phase after);

  body_framing::kind how_;
  phase phase_;
  uint64_t left_ = 0;
  size_t overhead_ = 0; ///< octets of extensions, later of trailers
};

/// Appends `data` as one chunk; nothing for empty `data`, which would end the body.
void append_chunk(std::string& out, std::string_view data);
/// The end of a chunked body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

} // namespace codius::net
