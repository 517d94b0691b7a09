#pragma once

namespace codius::runtime {

/// Of both programs; CHANGELOG.md says what is in it.
inline constexpr const char* version = "0.1.0";

} // namespace codius::runtime
