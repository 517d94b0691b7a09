#include "messages/peer.hpp"

namespace codius {

const char* to_string(peer_state s) noexcept {
  switch (s) {
    case peer_state::untried: return "untried";
    case peer_state::healthy: return "healthy";
    case peer_state::failing: return "failing";
  }
  return "";
}

} // namespace codius
