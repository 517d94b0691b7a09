#include "messages/upload.hpp"

#include <algorithm>

namespace codius {

const char* to_string(upload_state s) noexcept {
  switch (s) {
    case upload_state::checking: return "checking";
    case upload_state::awaiting_payment: return "awaiting_payment";
    case upload_state::starting: return "starting";
    case upload_state::running: return "running";
    case upload_state::unpaid: return "unpaid";
    case upload_state::failed: return "failed";
  }
  return "?";
}

bool is_upload_id(std::string_view text) noexcept {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

} // namespace codius
