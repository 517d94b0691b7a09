#pragma once
#include "messages/bytes.hpp"
#include "messages/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace codius::net {

/// Bilateral Transfer Protocol 2.0 frames (Interledger RFC 0023); one per binary WebSocket message.
/// Content types of an entry.
constexpr uint8_t btp_octets = 0;
constexpr uint8_t btp_text = 1;
constexpr uint8_t btp_json = 2;

struct btp_entry {
  std::string name; ///< ASCII
  uint8_t content_type = btp_octets;
  byte_buffer data;
  bool operator==(const btp_entry&) const = default;
};
using btp_entries = std::vector<btp_entry>;

/// Positive answer to the Message or Transfer with the same id.
struct btp_response {
  btp_entries entries;
  bool operator==(const btp_response&) const = default;
};
/// The link could not process a request. Says nothing about an ILP packet's fate.
struct btp_error {
  std::string code; ///< three characters, e.g. "F00"; not the ILP code of the same text
  std::string name; ///< ASCII, e.g. "NotAcceptedError"
  utc_time triggered_at{};
  std::string data; ///< UTF-8, at most 8192 octets
  btp_entries entries;
  bool operator==(const btp_error&) const = default;
};
struct btp_message {
  btp_entries entries;
  bool operator==(const btp_message&) const = default;
};
struct btp_transfer {
  uint64_t amount = 0;
  btp_entries entries;
  bool operator==(const btp_transfer&) const = default;
};

struct btp_frame {
  uint32_t request_id = 0; ///< chosen by the requester, echoed in a Response or Error
  std::variant<btp_response, btp_error, btp_message, btp_transfer> body;
  bool operator==(const btp_frame&) const = default;
};

/// Longest frame spoken or accepted, in octets. The longest ILP packet fits almost twice.
constexpr size_t max_btp_frame = 64 * 1024;

byte_buffer encode(const btp_frame& frame);
/// Octets after the contents or their last field are ignored, entries of one name are all kept in
/// order. Errors: `malformed`, also for a type that BTP 2.0 does not know.
result<btp_frame> decode_btp_frame(byte_view bytes);

/// The ILP packet of a request: the last entry named "ilp", as deployed readers take it.
const btp_entry* ilp_entry_of_request(const btp_entries& entries);
/// The ILP packet of a response: the first entry named "ilp".
const btp_entry* ilp_entry_of_response(const btp_entries& entries);
/// The one entry list that carries `packet`.
btp_entries make_ilp_entries(byte_buffer packet);

} // namespace codius::net
