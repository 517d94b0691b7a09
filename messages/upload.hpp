#pragma once
#include "messages/sale.hpp"

#include <string_view>

namespace codius {

// The record of a sale, for whoever asks later: what was done and when, and what became of the
// money. One token and one request have one record. What it says of money is read from the ledger.

enum class upload_state : uint8_t {
  checking,         ///< memory and images, before any money
  awaiting_payment, ///< it can be paid
  starting,         ///< paid; the pod is being started, or gets its time
  running,          ///< delivered: the end
  unpaid,           ///< nobody paid, and nobody waits for it: the end, until it is asked for again
  failed,           ///< the end
};
const char* to_string(upload_state s) noexcept;

/// 32 lower-case hex digits: 128 bits of chance, as knowing one is all that it takes to read it.
bool is_upload_id(std::string_view text) noexcept;

struct upload_step {
  std::string name; ///< stable, lower case
  utc_time at{};
  bool operator==(const upload_step&) const = default;
};

/// What a sale knows of itself; it is told whole, each time.
struct upload_note {
  std::string attempt; ///< see `sell`
  sale_kind kind = sale_kind::upload;
  pay_token token{};
  pod_id pod;
  std::chrono::seconds duration{0};
  std::string request_id;
  utc_time asked_at{};
  std::vector<upload_step> steps; ///< before the money; at most 16 are kept
  uint64_t price = 0;             ///< as it was told; until there is a purchase
  asset unit;                     ///< without a code: neither is known yet
  std::string pay;                ///< how to pay, as in the field `Pay`; empty: not just now
  utc_time pay_until{};           ///< until when a payer has to come
  std::optional<error> failure;   ///< the sale has ended; unless the ledger says more, without a pod
};

/// Writes a note down, if its attempt is the one at work. When none is, the record is begun anew,
/// unless its pod was delivered. Reply: `upload_view` of the record as it is then.
struct keep_upload {
  upload_note note;
};

/// Reply: `upload_view`. Errors: `not_found`, also for one whose time is over.
struct get_upload {
  std::string id;
};
/// A record as anyone who knows its id may see it: without the token, without variables.
struct upload_view {
  std::string id;
  uint64_t version = 0; ///< counts the changes, from 1
  bool mine = false;    ///< to a note: its attempt is the one at work
  sale_kind kind = sale_kind::upload;
  pod_id pod;
  std::chrono::seconds duration{0};
  std::string request_id;
  utc_time asked_at{};
  upload_state state = upload_state::checking;
  std::vector<upload_step> steps; ///< in order, those of the ledger included
  uint64_t price = 0;
  asset unit;           ///< without a code: price and asset are not known yet
  std::string pay;      ///< while `awaiting_payment`, if anyone may come to pay
  utc_time pay_until{};
  std::optional<purchase_state> payment; ///< none: the ledger has no purchase for it
  uint64_t received = 0;                 ///< of the price
  uint64_t credit = 0;                   ///< what the token holds now in this asset
  utc_time expires_at{};                 ///< running: when the time that was bought ends
  std::optional<error> failure;          ///< unpaid, failed

  bool over() const {
    return state == upload_state::running || state == upload_state::unpaid
           || state == upload_state::failed;
  }
};

/// A sale that is not waited for: it is begun, and its record tells the rest. Reply: `upload_view`
/// at once. Errors: `busy` when too many are under way; those of the ledger.
struct sell_later {
  sell request;
};

// --- ilp_bridge ---------------------------------------------------------------------------------

/// Waits until the payer of a token is connected, or time is up. Reply: `payer_here`. Errors:
/// `payment_timeout`, `unavailable`.
struct await_payer {
  pay_token token{};
  std::chrono::milliseconds limit{0};
};
struct payer_here {};
/// INTERNAL: a payer's stream was opened.
struct payer_came {
  pay_token token{};
};

} // namespace codius
