#pragma once
#include "messages/error.hpp"

#include <caf/error.hpp>
#include <caf/make_message.hpp> // CAF 0.17.6: the enum macro needs it
#include <caf/result.hpp>
#include <caf/sec.hpp>

CAF_ERROR_CODE_ENUM(codius::errc, "codius")

namespace codius::runtime {

/// Packs an error for the trip through a mailbox.
inline caf::error to_caf(const error& e) { return caf::make_error(e.code, e.detail); }

/// Unpacks it again. CAF's own errors become the nearest `errc`: a missed deadline `timed_out`, a
/// receiver that is gone or going `unavailable`, a refused file or socket `io`, and what only a
/// fault of ours can cause, an empty error too, `internal`.
error from_caf(const caf::error& e);

/// One line for a log: our own errors as "code: detail", all others as CAF names them.
std::string describe(const caf::error& e);

/// What a handler returns.
template <class T>
caf::result<T> reply(result<T> r) {
  if (!r)
    return to_caf(r.error());
  return std::move(*r);
}

/// The same for a handler that answers success with an empty message.
inline caf::result<void> reply(const status& s) {
  if (!s)
    return to_caf(s.error());
  return caf::unit;
}

/// Lets an exception that escapes a handler end the actor with its text as the reason, so that the
/// supervisor can log why. CAF alone would drop the text. Call it first in a factory.
template <class Self>
void end_on_exception(Self* self) {
  self->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      return to_caf({errc::internal, e.what()});
    } catch (...) {
      return to_caf({errc::internal, "unknown exception"});
    }
  });
}

} // namespace codius::runtime
