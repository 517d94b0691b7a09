#pragma once
#include "messages/sale.hpp"

#include <algorithm>
#include <limits>

namespace codius::runtime {

/// Adds to the sum of its asset, for people to look at: never more than a number holds. Nothing is
/// no line.
inline void add_amount(std::vector<token_credits::line>& sums, const asset& unit, uint64_t amount) {
  if (amount == 0)
    return;
  const auto at
    = std::find_if(sums.begin(), sums.end(), [&](const auto& line) { return line.unit == unit; });
  if (at == sums.end())
    sums.push_back({unit, amount});
  else
    at->amount += std::min(amount, std::numeric_limits<uint64_t>::max() - at->amount);
}

} // namespace codius::runtime
