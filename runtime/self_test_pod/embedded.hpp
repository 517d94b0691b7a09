#pragma once
#include <string_view>

namespace codius::runtime {

/// The program of this folder as it was built: a static executable for this kind of machine.
std::string_view embedded_self_test_pod();

} // namespace codius::runtime
