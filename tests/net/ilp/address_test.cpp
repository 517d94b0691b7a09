#include "net/ilp/address.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

namespace codius::tests {

using namespace net;

TEST_SUITE("net/ilp/address") {
  TEST_CASE("every address vector is judged as it should be") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t run = 0;
    for (dom::element c : file.list("addresses")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      CHECK(is_ilp_address(text(c, "address")) == bool{c["valid"]});
      ++run;
    }
    CHECK(run == 34);
  }

  TEST_CASE("a segment is letters, digits and three marks") {
    for (const auto* good : {"a", "Z9", "a~b-c_d", "gLOtLUOL-voeppDFpZ9UVI3Mdq1qg5xnBKwdnVZdnIA"})
      CHECK(is_ilp_segment(good));
    for (const auto* bad : {"", "a.b", "a b", "a/b", "ä", "a=", "dot.ted", "a\n"})
      CHECK_FALSE(is_ilp_segment(bad));
  }

  TEST_CASE("a prefix covers whole segments only") {
    CHECK(ilp_address_below("a.b", "a.b"));
    CHECK(ilp_address_below("a.b", "a.b.c"));
    CHECK_FALSE(ilp_address_below("a.b", "a.bc"));
    CHECK_FALSE(ilp_address_below("a.b", "a"));
    CHECK_FALSE(ilp_address_below("a.b", "A.b.c"));
  }
}

} // namespace codius::tests
