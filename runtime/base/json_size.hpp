#pragma once
#include "runtime/base/json.hpp"

namespace codius::runtime {

/// `dump(value).size()`, without making the text.
size_t dump_size(const json& value);

} // namespace codius::runtime
