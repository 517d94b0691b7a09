#include "messages/error.hpp"

namespace codius {

const char* to_string(errc code) noexcept {
  switch (code) {
    case errc::malformed: return "malformed";
    case errc::invalid: return "invalid";
    case errc::unprocessable: return "unprocessable";
    case errc::unknown_pod: return "unknown_pod";
    case errc::not_found: return "not_found";
    case errc::too_large: return "too_large";
    case errc::unsupported: return "unsupported";
    case errc::payment_required: return "payment_required";
    case errc::payment_timeout: return "payment_timeout";
    case errc::conflict: return "conflict";
    case errc::no_capacity: return "no_capacity";
    case errc::image_unavailable: return "image_unavailable";
    case errc::start_failed: return "start_failed";
    case errc::busy: return "busy";
    case errc::unavailable: return "unavailable";
    case errc::timed_out: return "timed_out";
    case errc::rejected: return "rejected";
    case errc::io: return "io";
    case errc::internal: return "internal";
  }
  return "?";
}

} // namespace codius
