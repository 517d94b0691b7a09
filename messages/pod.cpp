#include "messages/pod.hpp"

#include <algorithm>

namespace codius {

bool is_pod_id(std::string_view text) {
  return text.size() == 52 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
         });
}

} // namespace codius
