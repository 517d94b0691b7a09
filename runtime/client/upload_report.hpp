#pragma once
#include "messages/money.hpp"
#include "runtime/client/console.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/payment.hpp"

#include <optional>
#include <string>

namespace codius::client {

/// Everything that there is to say at the end of an upload.
struct upload_result {
  std::string host;               ///< its origin; empty: not known yet
  std::string hash;               ///< empty: not known yet
  std::string token;              ///< of the payment
  std::optional<asset> payer;     ///< the asset of `moved`
  std::optional<asset> host_unit; ///< the asset of `price` and `credit`
  std::optional<uint64_t> price;
  money_moved moved;
  std::optional<uint64_t> credit; ///< what the host says that the token still holds
  outcome<delivery> end = failure{exit_code::user, "nothing was done", {}};
};

exit_code exit_of(const upload_result& r);

/// For people: URL, end and cost of the pod.
std::string success_text(const delivery& pod, const upload_result& r, utc_time now,
                         const text_style& style);
/// For people: what happened, what became of the money, what to do next; in this order.
std::string failure_text(const failure& why, const upload_result& r, const text_style& style);
/// For programs: one object and a newline. Amounts are texts of smallest units.
std::string report_json(const upload_result& r);

} // namespace codius::client
