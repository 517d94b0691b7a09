#pragma once
#include <cstddef>

namespace codius::client {

/// Large texts come and go a few times in a run, and then it is over: memory that was used once
/// stays, since each fresh page costs more than what is written to it. At the start of the program.
void keep_memory();

/// Fetches memory that will be needed in one go, instead of page by page as it is touched. A hint:
/// it cannot fail, and older kernels ignore it. After `keep_memory`.
void expect_memory(size_t octets);

} // namespace codius::client
