#pragma once
#include <chrono>
#include <cstdint>

namespace codius::runtime {

/// What goes back of `price`, paid for `bought`, when `left` of it did not run:
/// floor(price × left ÷ bought), exact; never more than the price.
uint64_t refund_of(uint64_t price, std::chrono::milliseconds bought,
                   std::chrono::milliseconds left);

} // namespace codius::runtime
