#pragma once
#include "messages/time.hpp"

#include <string>

namespace codius::runtime {

/// `2026-01-02T03:04:05.678Z`
std::string iso_time(utc_time t);

} // namespace codius::runtime
