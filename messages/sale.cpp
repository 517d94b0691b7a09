#include "messages/sale.hpp"

#include "messages/record.hpp"

#include <array>

namespace codius {

std::string pay_text(const pay_details& where) {
  return "interledger-stream " + where.address + " " + to_base64(where.shared_secret);
}

const char* to_string(purchase_state s) noexcept {
  switch (s) {
    case purchase_state::open: return "open";
    case purchase_state::owed: return "owed";
    case purchase_state::delivered: return "delivered";
    case purchase_state::credited: return "credited";
    case purchase_state::abandoned: return "abandoned";
  }
  return "?";
}

const char* to_string(pod_phase p) noexcept {
  switch (p) {
    case pod_phase::starting: return "starting";
    case pod_phase::running: return "running";
    case pod_phase::restarting: return "restarting";
    case pod_phase::expiring: return "expiring";
  }
  return "?";
}

result<pod_phase> pod_phase_from(std::string_view text) {
  for (auto p : {pod_phase::starting, pod_phase::running, pod_phase::restarting, pod_phase::expiring})
    if (text == to_string(p))
      return p;
  return error{errc::malformed, "no such pod phase: " + std::string{text}};
}

} // namespace codius
