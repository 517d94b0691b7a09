#include "net/ilp/btp_accounts.hpp"

#include <doctest/doctest.h>

namespace codius::tests {

using namespace net;

TEST_SUITE("net/ilp/btp_accounts") {
  TEST_CASE("a user name keeps the first token it came with") {
    memory_btp_accounts accounts;
    CHECK(*accounts.authenticate("alice", "pw1") == "alice");
    CHECK(*accounts.authenticate("alice", "pw1") == "alice");
    const auto other = accounts.authenticate("alice", "pw2");
    REQUIRE_FALSE(other);
    CHECK(other.error().code == errc::rejected);
    CHECK(other.error().detail.find("pw") == std::string::npos);
    CHECK(*accounts.authenticate("bob", "pw2") == "bob");
  }

  TEST_CASE("without a user name the token's hash is the account") {
    memory_btp_accounts accounts{0};
    const std::string hash = "gLOtLUOL-voeppDFpZ9UVI3Mdq1qg5xnBKwdnVZdnIA";
    CHECK(*accounts.authenticate("", "tok1") == hash);
    CHECK(*accounts.authenticate(hash, "tok1") == hash);
    CHECK_FALSE(accounts.authenticate(hash, "tok2"));
  }

  TEST_CASE("a user name is one address segment of modest length") {
    memory_btp_accounts accounts;
    for (const auto& bad : {std::string{"dot.ted"}, std::string{"a b"}, std::string{"\xc3\xa4"},
                            std::string(129, 'a')})
      CHECK_FALSE(accounts.authenticate(bad, "t"));
    CHECK(accounts.authenticate(std::string(128, 'a'), "t"));
  }

  TEST_CASE("so many user names and no more") {
    memory_btp_accounts accounts{2};
    CHECK(accounts.authenticate("a", "t"));
    CHECK(accounts.authenticate("b", "t"));
    CHECK(accounts.authenticate("c", "t").error().code == errc::busy);
    CHECK(accounts.authenticate("a", "t"));
  }
}

} // namespace codius::tests
