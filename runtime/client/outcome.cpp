#include "runtime/client/outcome.hpp"

namespace codius::client {

const char* to_string(exit_code code) noexcept {
  switch (code) {
    case exit_code::ok: return "ok";
    case exit_code::user: return "user";
    case exit_code::host: return "host";
    case exit_code::payment: return "payment";
    case exit_code::timed_out: return "timed_out";
    case exit_code::interrupted: return "interrupted";
  }
  return "unknown";
}

} // namespace codius::client
