#pragma once
#include "messages/bytes.hpp"
#include "messages/money.hpp"
#include "messages/pod.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codius {

/// The 16 octets of a `Pay-Token` header: one token, one payment, one sale.
using pay_token = std::array<std::byte, 16>;

/// What an accepted upload asks for.
struct pod_offer {
  bool operator==(const pod_offer&) const = default;
  pod_spec spec;
  std::string manifest; ///< JSON text of the public manifest, as `GET /pods` gives it back
  bool debug = false;   ///< the manifest lets anyone read its logs
};

enum class sale_kind : uint8_t { upload, extend };

struct upload_note; // upload.hpp

/// Where a payer's STREAM connection goes.
struct pay_details {
  std::string address;                    ///< ILP address, new for each answer
  std::array<std::byte, 32> shared_secret{};
};
/// As the field `Pay` says it: method, address and secret.
std::string pay_text(const pay_details& where);

/// Asks for a sale, from quote to running pod. Reply: `sale_answer`, also for failures.
struct sell {
  sale_kind kind = sale_kind::upload;
  pay_token token{};
  pod_id pod;
  std::shared_ptr<const pod_offer> offer; ///< null for an extension by hash
  std::chrono::seconds duration{0};
  std::string request_id; ///< carried into every log line of the sale
  /// The name of this attempt in the record of the sale (upload.hpp), and of the record itself if
  /// it is the first; empty: no record is kept.
  std::string attempt = {};
  utc_time asked_at = {};
  bool waits = false; ///< for a payer who is not connected yet, instead of `pay_first`
};

/// How a sale ended.
struct sale_answer {
  enum class outcome : uint8_t { delivered, pay_first, failed } what = outcome::failed;
  utc_time expires_at{};  ///< delivered: when the pod's paid time ends
  pay_details pay;        ///< pay_first
  uint64_t price = 0;     ///< smallest units of the host's asset
  uint64_t credit = 0;    ///< what the token still holds after a failure
  error why;              ///< failed
  std::string upload = {}; ///< where its record is; empty: there is none
};

// --- the ledger's view of a sale -------------------------------------------------------------

enum class purchase_state : uint8_t {
  open,      ///< waits for money
  owed,      ///< paid; the host owes the pod
  delivered, ///< the pod ran
  credited,  ///< could not be delivered: the amount went back to the token
  abandoned, ///< never paid in full; what arrived is the token's credit
};
const char* to_string(purchase_state s) noexcept;

struct purchase {
  uint64_t id = 0;
  sale_kind kind = sale_kind::upload;
  pay_token token{};
  pod_id pod;
  std::chrono::seconds duration{0};
  uint64_t price = 0;
  purchase_state state = purchase_state::open;
  utc_time expires_at{}; ///< the pod's expiry that this purchase bought, once paid
};

/// Opens a purchase, or finds the one that this token already made for the same request. Credit of
/// the token is spent first: with enough of it the answer is already `owed`.
/// Reply: `purchase_opened`. Errors: `conflict` while another request of the token is open,
/// `unknown_pod` when an extension's pod is not there, `not_found` for `only_paid`.
struct open_purchase {
  sale_kind kind = sale_kind::upload;
  pay_token token{};
  pod_id pod;
  std::shared_ptr<const pod_offer> offer;
  std::chrono::seconds duration{0};
  uint64_t price = 0;
  asset unit;
  std::shared_ptr<const upload_note> note = nullptr; ///< what the sale's record says by now
  bool only_paid = false; ///< find what this request has paid, and open nothing
};
struct purchase_opened {
  purchase sale;
  uint64_t due = 0;   ///< what is still to be received; 0 once owed
  bool repeat = false; ///< this very request was paid before: answer as then
  std::string upload = {}; ///< the sale's record; empty without a note
};

/// What a token has: read without opening anything. Reply: `token_state`.
struct get_token {
  pay_token token{};
};
struct token_state {
  uint64_t credit = 0;
  std::vector<purchase> purchases; ///< newest first, at most 16
};

/// All that a token holds, in every asset that it ever got. Reply: `token_credits`.
struct get_credits {
  pay_token token{};
};
struct token_credits {
  struct line {
    asset unit;
    uint64_t amount = 0; ///< never 0
  };
  std::vector<line> all;
};

/// Books money that a STREAM packet brings, before that packet is fulfilled; when it completes an
/// open purchase, that purchase becomes `owed` in the same transaction. Reply: `money_booked`.
struct book_money {
  pay_token token{};
  uint64_t amount = 0;
  asset unit;
};
struct money_booked {
  uint64_t credit = 0;          ///< of the token, after this
  std::optional<purchase> paid; ///< the purchase that this money completed
};

/// Gives up waiting for money. Reply: `purchase` (which may have become `owed` meanwhile).
struct abandon_purchase {
  uint64_t id = 0;
};
/// The pod runs: owed → earned, and the pod is recorded as running. Reply: `purchase`.
struct deliver_purchase {
  uint64_t id = 0;
};
/// The pod cannot be had: the price goes back to the token, and the time it bought is taken off
/// the pod. Reply: `purchase_credited`.
struct credit_purchase {
  uint64_t id = 0;
  std::string why;
};
struct purchase_credited {
  purchase sale;
  uint64_t credit = 0;
  bool pod_over = false; ///< no paid time is left on the pod: it must go
};
/// Purchases that are paid and not delivered, oldest first. Reply: `std::vector<purchase>`.
struct get_owed {};

} // namespace codius
