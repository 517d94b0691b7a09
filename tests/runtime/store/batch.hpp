#pragma once
#include "runtime/store/store.hpp"

#include <doctest/doctest.h>

namespace codius::tests {

/// What `op` gives, as a batch of its own.
template <class Op>
auto in_batch(runtime::store& s, Op op) {
  REQUIRE(s.begin());
  auto out = op();
  REQUIRE(s.commit());
  return out;
}

} // namespace codius::tests
