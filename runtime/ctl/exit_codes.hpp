#pragma once

namespace codius::runtime::ctl {

// As `codiusd ctl --help` tells them.
inline constexpr int done = 0;
inline constexpr int refused = 1; ///< the host said no, or what was checked is wrong
inline constexpr int wrong_use = 2;
inline constexpr int no_host = 3;

} // namespace codius::runtime::ctl
