#include "runtime/base/terms_board.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

__extension__ typedef unsigned __int128 wide;

wide power_of_ten(unsigned n) {
  wide out = 1;
  while (n-- > 0)
    out *= 10;
  return out;
}

/// Exact: 2^64 × 10^18 fits 128 bits, and no decimal has more places than 18.
bool is_less(const decimal& a, const decimal& b) {
  return a.mantissa * power_of_ten(b.places) < b.mantissa * power_of_ten(a.places);
}

} // namespace

terms_board::terms_board(host_terms first)
  : current_(std::make_shared<const host_terms>(std::move(first))) {}

std::shared_ptr<const host_terms> terms_board::current() const {
  const std::lock_guard lock{mutex_};
  return current_;
}

decimal terms_board::cost_to_charge(utc_time now) const {
  const std::lock_guard lock{mutex_};
  auto least = current_->cost_per_month;
  for (const auto& e : earlier_)
    if (now - e.until <= quote_validity && is_less(e.cost, least))
      least = e.cost;
  return least;
}

void terms_board::change(host_terms next, utc_time now) {
  const std::lock_guard lock{mutex_};
  // A clock that was set back keeps old prices for longer, which only ever favours the buyer.
  std::erase_if(earlier_, [&](const auto& e) { return now - e.until > quote_validity; });
  if (next.cost_per_month != current_->cost_per_month)
    earlier_.push_back({current_->cost_per_month, now});
  current_ = std::make_shared<const host_terms>(std::move(next));
}

} // namespace codius::runtime
