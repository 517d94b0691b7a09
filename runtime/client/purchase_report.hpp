#pragma once
#include "messages/money.hpp"
#include "runtime/client/console.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/payment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codius::client {

/// Everything that there is to say when a purchase at one host has ended.
struct purchase_result {
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

exit_code exit_of(const purchase_result& r);

/// For people: URL, end and cost of the pod.
std::string success_text(const delivery& pod, const purchase_result& r, utc_time now,
                         const text_style& style);
/// For people: what happened, what became of the money, what to do next; in this order.
std::string failure_text(const failure& why, const purchase_result& r, const text_style& style,
                         std::string_view command = "upload");
/// For programs: one object and a newline. Amounts are texts of smallest units.
std::string report_json(const purchase_result& r);

/// What a command that pays has to say at its end.
struct run_report {
  std::string_view command;           ///< "upload"
  std::vector<purchase_result> hosts; ///< in the order asked
  /// Why it ended before any host was asked to sell; then nothing was paid.
  std::optional<failure> why;
};
/// 0 only when it went well at every host.
exit_code exit_of(const run_report& r);
/// Prints it where it belongs, as text or JSON, and answers the exit code.
int tell(const run_report& r, bool as_json, utc_time now, const console& streams);

} // namespace codius::client
