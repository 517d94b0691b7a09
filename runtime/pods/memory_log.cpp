#include "runtime/pods/memory_log.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

constexpr size_t part_octets = 64 * 1024;

/// Also a piece without text takes place.
size_t cost(const log_piece& piece) { return piece.text.size() + 1; }

} // namespace

void memory_log::write(log_piece piece) {
  {
    const std::lock_guard lock{mutex_};
    octets_ += cost(piece);
    kept_.push_back(std::move(piece));
    for (; octets_ > most_ && kept_.size() > 1; ++first_) {
      octets_ -= cost(kept_.front());
      kept_.pop_front();
    }
  }
  const std::lock_guard lock{telling_};
  if (tell_)
    tell_();
}

// A position is the number of the next piece.
result<log_part> memory_log::read(const log_position& at, bool) {
  const std::lock_guard lock{mutex_};
  log_part out;
  auto next = std::max(first_, at.empty() ? 0 : at.front().offset);
  for (; next - first_ < kept_.size() && out.octets < part_octets; ++next) {
    out.pieces.push_back(kept_[next - first_]);
    out.octets += cost(out.pieces.back());
  }
  out.next = {{1, next}};
  return out;
}

uint64_t memory_log::size() {
  const std::lock_guard lock{mutex_};
  return octets_;
}

status memory_log::on_more(std::function<void()> tell) {
  const std::lock_guard lock{telling_};
  tell_ = std::move(tell);
  return ok();
}

} // namespace codius::runtime
