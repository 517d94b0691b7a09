#include "runtime/self_test_pod/embedded.hpp"

// The build says where the program is (CODIUS_SELF_TEST_POD), and makes it first.
asm(".section .rodata\n"
    ".balign 16\n"
    "codius_self_test_pod:\n"
    ".incbin \"" CODIUS_SELF_TEST_POD "\"\n"
    "codius_self_test_pod_end:\n"
    ".byte 0\n"
    ".globl codius_self_test_pod, codius_self_test_pod_end\n"
    ".previous\n");

extern "C" const char codius_self_test_pod[];
extern "C" const char codius_self_test_pod_end[];

namespace codius::runtime {

std::string_view embedded_self_test_pod() {
  return {codius_self_test_pod,
          static_cast<size_t>(codius_self_test_pod_end - codius_self_test_pod)};
}

} // namespace codius::runtime
