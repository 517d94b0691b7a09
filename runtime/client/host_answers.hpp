#pragma once
#include "messages/money.hpp"
#include "messages/time.hpp"
#include "net/http/message.hpp"
#include "runtime/client/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What hosts answer, read with suspicion. Pure; `host` is its origin, for the sentences.

namespace codius::client {

/// The answer to `OPTIONS /pods`.
struct quote {
  uint64_t price = 0;        ///< smallest units of the host's asset
  std::optional<asset> unit; ///< older hosts tell it only by STREAM
  bool operator==(const quote&) const = default;
};
/// Fails (2) for anything but a price within `max_amount` and the hash that was asked for.
outcome<quote> read_quote(const net::http_response& answer, const std::string& host,
                          std::string_view hash);

/// The answer to a paid upload.
struct delivery {
  std::string url;
  std::string hash;
  utc_time expires_at{};
  bool operator==(const delivery&) const = default;
};
/// Fails (2) for anything but a pod of the hash that was uploaded.
outcome<delivery> read_delivery(const net::http_response& answer, const std::string& host,
                                std::string_view hash);

/// An answer that is no success.
struct refusal {
  unsigned status = 0;
  std::string code;                 ///< of our kind of host; else empty
  std::string message;              ///< printable; never empty
  std::vector<std::string> details; ///< "/manifest/x: is required", printable
  std::optional<uint64_t> credit;   ///< what the token holds, host's units
  std::string hint;                 ///< what the host says to do next, printable; may be empty
  bool operator==(const refusal&) const = default;
};
refusal read_refusal(const net::http_response& answer);

/// Why this answer of any status is not what was asked for, and what to do.
failure explain_refusal(const net::http_response& answer, const std::string& host);

/// What an answer to a 402 says of the price; nothing when it does not. Fails for nonsense.
outcome<std::optional<uint64_t>> read_asked_price(const net::http_response& answer);

/// Why there is no answer at all.
failure explain_silence(const error& why, const std::string& host);

} // namespace codius::client
