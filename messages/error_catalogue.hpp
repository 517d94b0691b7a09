#pragma once
#include "messages/error.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace codius {

/// What an error means for the money of whoever gets it.
enum class money_fate : uint8_t {
  untouched, ///< the request took none
  kept,      ///< what arrived is the credit of the pay token
  at_peer,   ///< of a request to a pod: the host has nothing to do with it
};
/// A sentence, e.g. "Nothing was charged.".
const char* to_string(money_fate fate) noexcept;

/// What a person is told of one `errc`.
struct error_meaning {
  errc code{};
  std::string_view name;              ///< the `code` of an answer
  std::array<uint16_t, 3> statuses{}; ///< of HTTP, the usual one first; 0 where there are fewer
  money_fate money{};
  std::string_view sentence; ///< what happened
  std::string_view hint;     ///< what to do next
  /// Details are for the operator's log: they tell of the inside of the host.
  bool is_inward = false;
};

/// All of them, in the order of `errc`. The one table from which answers, `GET /errors` and
/// deploy/errors.md are made.
std::span<const error_meaning> error_catalogue() noexcept;

/// The entry of `code`.
const error_meaning& meaning_of(errc code) noexcept;

/// The entry of the code with this name, or null.
const error_meaning* find_meaning(std::string_view name) noexcept;

/// What a payment meets on its way: a code of the Interledger (RFC 0027, section "Error codes"), or
/// a fault of the connection to one's own ledger.
struct payment_fault {
  std::string_view code; ///< "F02", or e.g. "uplink_refused"
  std::string_view name; ///< of the RFC, e.g. "Unreachable"; of an uplink's fault a few words
  std::string_view sentence;
  std::string_view money; ///< what became of it, for the packet at hand
  std::string_view hint;
  bool is_temporary = false; ///< the same packet may get through when it is sent again
};

/// All codes of RFC 0027, then the uplink's faults.
std::span<const payment_fault> payment_faults() noexcept;

/// The entry of `code`; for an unknown code of the Interledger what its first letter says, else
/// null.
const payment_fault* find_payment_fault(std::string_view code) noexcept;

} // namespace codius
