#include "net/ilp/stream_inbox.hpp"

#include <algorithm>

namespace codius::net {

namespace {

constexpr size_t max_gaps = 64;

} // namespace

bool stream_inbox::take(uint64_t offset, size_t size) {
  if (offset > window() || size > window() - offset)
    return false;
  const auto end = offset + size;
  if (size == 0)
    return true;
  reached_ = std::max(reached_, end);
  auto& known = gaps_after_[offset];
  known = std::max(known, end);
  while (!gaps_after_.empty() && gaps_after_.begin()->first <= consumed_) {
    consumed_ = std::max(consumed_, gaps_after_.begin()->second);
    gaps_after_.erase(gaps_after_.begin());
  }
  return gaps_after_.size() <= max_gaps;
}

bool replay_window::fresh(uint64_t number) const {
  if (number > highest_)
    return true;
  const auto behind = highest_ - number;
  return behind < width && !seen_.test(behind);
}

void replay_window::mark(uint64_t number) {
  if (number > highest_) {
    const auto step = number - highest_;
    if (step < width)
      seen_ <<= step;
    else
      seen_.reset();
    highest_ = number;
  }
  if (const auto behind = highest_ - number; behind < width)
    seen_.set(behind);
}

} // namespace codius::net
