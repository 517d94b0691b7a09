#pragma once
#include "messages/error.hpp"
#include "messages/time.hpp"

#include <string>
#include <string_view>

namespace codius::net {

/// The 17 digits `YYYYMMDDHHMMSSmmm` of an ILP packet's expiry (Interledger RFC 0027), UTC.
/// A time that the form cannot hold becomes the nearest one that it can.
std::string to_ilp_timestamp(utc_time at);
/// Strict: seventeen digits, a date that exists, no 24:00, no leap second. The exact instant
/// 1970-01-01T00:00:00.000 is refused too, because deployed peers refuse it. Errors: `malformed`.
result<utc_time> from_ilp_timestamp(std::string_view text);

/// `YYYYMMDDHHMMSS.fffZ`, always three fraction digits as deployed BTP peers write it (RFC 0023).
std::string to_generalized_time(utc_time at);
/// No fraction, or one to three fraction digits. Errors: `malformed`.
result<utc_time> from_generalized_time(std::string_view text);

} // namespace codius::net
