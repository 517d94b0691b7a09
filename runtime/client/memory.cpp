#include "runtime/client/memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace codius::client {

namespace {

constexpr size_t largest_block = 32 << 20; ///< that lies on the heap, and stays there when freed
constexpr size_t page = 4096;

} // namespace

void keep_memory() {
  (void)::mallopt(M_MMAP_THRESHOLD, largest_block);
  (void)::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  (void)::mallopt(M_TOP_PAD, 4 << 20);
}

void expect_memory(size_t octets) {
  if (octets >= largest_block)
    octets = largest_block - page;
  void* block = std::malloc(octets);
  if (block == nullptr)
    return;
#ifdef MADV_POPULATE_WRITE
  const auto begin = (reinterpret_cast<uintptr_t>(block) + page - 1) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(block) + octets) / page * page;
  if (begin < end)
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
#endif
  std::free(block);
}

} // namespace codius::client
