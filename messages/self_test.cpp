#include "messages/self_test.hpp"

namespace codius {

const char* to_string(self_test_step step) noexcept {
  switch (step) {
    case self_test_step::version: return "version";
    case self_test_step::quote: return "quote";
    case self_test_step::upload: return "upload";
    case self_test_step::http: return "http";
    case self_test_step::websocket: return "websocket";
  }
  return "unknown";
}

const char* to_string(self_test_phase phase) noexcept {
  switch (phase) {
    case self_test_phase::off: return "off";
    case self_test_phase::waiting: return "waiting";
    case self_test_phase::running: return "running";
    case self_test_phase::passed: return "passed";
    case self_test_phase::failed: return "failed";
    case self_test_phase::skipped: return "skipped";
  }
  return "unknown";
}

} // namespace codius
