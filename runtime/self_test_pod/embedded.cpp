#include "runtime/self_test_pod/embedded.hpp"

#include "runtime/base/embed.hpp"

// The build says where the program is (CODIUS_SELF_TEST_POD), and makes it first.
CODIUS_EMBED(codius_self_test_pod, CODIUS_SELF_TEST_POD);

namespace codius::runtime {

std::string_view embedded_self_test_pod() {
  return embedded(codius_self_test_pod, codius_self_test_pod_end);
}

} // namespace codius::runtime
