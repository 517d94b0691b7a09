#include "runtime/self_test_pod/handshake.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

std::string accept_of(const std::string& key) {
  char out[self_test_pod::accept_size + 1];
  self_test_pod::accept_of(key.c_str(), out);
  return out;
}

} // namespace

TEST_SUITE("runtime/self_test_pod/handshake") {
  TEST_CASE("a key has the answer that RFC 6455 gives it") {
    CHECK(accept_of("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(accept_of("x3JJHMbDL1EzLkh9GBhXDw==") == "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
  }
  TEST_CASE("a key of any length has some answer") {
    CHECK(accept_of("").size() == 28);
    CHECK(accept_of(std::string(64, 'k')) == accept_of(std::string(5000, 'k')));
    CHECK(accept_of(std::string(63, 'k')) != accept_of(std::string(64, 'k')));
  }
}
