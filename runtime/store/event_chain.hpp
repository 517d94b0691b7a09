#pragma once
#include "messages/event.hpp"
#include "messages/sale.hpp"
#include "runtime/base/json.hpp"

namespace codius::runtime {

/// The text of a row that its hash covers: a JSON array of its number, time, kind, subject and
/// detail, as JavaScript's `JSON.stringify` writes it.
std::string event_text(uint64_t seq, std::string_view at, std::string_view kind,
                       std::string_view subject, std::string_view detail);
/// SHA-256 over the 32 octets `before` and then `text`.
event_hash chained(const event_hash& before, std::string_view text);

/// Names a pay token without telling it: 16 hex digits of its SHA-256.
std::string token_mark(const pay_token& token);

/// As the admin API gives a row: seq, at, kind, subject, detail, hash.
json_object event_json(const host_event& e);
json_object point_json(const event_point& p);
/// Reads what `point_json` wrote. Errors: `malformed`.
result<event_point> read_point(const json* from);

/// Follows a chain row by row, as the admin API gives them, and finds the first one that was
/// changed, or that is missing.
class event_checker {
public:
  explicit event_checker(event_point anchor) : at_(anchor) {}
  /// Errors: `invalid`, with the row's number and what is wrong with it.
  status check(const json& row);
  /// The last row that was right.
  const event_point& at() const { return at_; }

private:
  event_point at_;
};

} // namespace codius::runtime
