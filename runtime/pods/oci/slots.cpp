#include "runtime/pods/oci/slots.hpp"

#include "runtime/pods/oci/files.hpp"

#include <charconv>

namespace codius::runtime::oci {

slots::slots(uint32_t count, std::string file) : count_(count), file_(std::move(file)) {
  if (const auto text = read_text(file_, 32))
    std::from_chars(text->data(), text->data() + text->size(), next_);
}

void slots::keep(uint32_t slot) {
  const std::lock_guard lock{mutex_};
  taken_.insert(slot);
}

result<uint32_t> slots::take() {
  const std::lock_guard lock{mutex_};
  for (uint32_t tried = 0; tried < count_; ++tried) {
    const auto slot = (next_ + tried) % count_;
    if (!taken_.insert(slot).second)
      continue;
    next_ = (slot + 1) % count_;
    if (auto saved = replace_text(file_, std::to_string(next_)); !saved)
      return taken_.erase(slot), saved.error();
    return slot;
  }
  return error{errc::no_capacity, "all " + std::to_string(count_) + " places for pods are taken"};
}

void slots::give_back(uint32_t slot) {
  const std::lock_guard lock{mutex_};
  taken_.erase(slot);
}

} // namespace codius::runtime::oci
