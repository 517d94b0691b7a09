#pragma once
#include "messages/env.hpp"

namespace codius::runtime {

/// The real world: the system's clock and the kernel's randomness (getrandom(2)), of which each
/// thread fetches some ahead: a process must not fork and go on in the child. The one place in the
/// product that reads either. `random_bytes` throws `std::system_error` when the kernel gives
/// none, since nothing safe can be done then.
env system_env();

} // namespace codius::runtime
