#include "runtime/manifest/canonical_json.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/simplify.hpp"
#include "runtime/manifest/validate.hpp"
#include "tests/runtime/manifest/vectors.hpp"

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::testing;

TEST_SUITE("runtime/manifest/validate") {
  TEST_CASE("every manifest recorded as valid is valid, and has its hash and its simple form") {
    size_t count = 0;
    for (const json& c : vector_cases("manifest/valid-manifests.json")) {
      CAPTURE(text_of(c, "id"));
      const auto complete = parse_json(text_of(c, "input_json_text"));
      REQUIRE(complete);
      const json& manifest = *complete->find("manifest");
      CHECK(canonical_json(manifest) == text_of(c, "canonical_manifest"));
      CHECK(hash_manifest(manifest).text == text_of(c, "hash_of_manifest_field"));
      CHECK(hash_manifest(*complete).text == text_of(c, "hash_of_whole_object"));
      ++count;
      // There the original finds `toString` among the names that every JavaScript object inherits.
      if (text_of(c, "id") == "var-prototype-name") {
        CHECK(dump(problems_json(validate_manifest(*complete)))
              == R"([{"manifest.containers[0].environment.A":)"
                 R"("env variable is not defined within manifest.vars."}])");
        CHECK(simplify_manifest(*complete).error().code == errc::invalid);
        continue;
      }
      CHECK(dump(problems_json(validate_manifest(*complete))) == "[]");
      const auto simple = simplify_manifest(*complete);
      REQUIRE(simple);
      CHECK(dump(*simple) == text_of(c, "simple_manifest_json_text"));
      CHECK(hash_manifest(*simple->find("manifest")).text
            == text_of(c, "hash_of_simple_manifest_field"));
    }
    CHECK(count == 48);
  }

  TEST_CASE("every manifest recorded as invalid has its errors, in their order") {
    size_t count = 0;
    for (const json& c : vector_cases("manifest/invalid-manifests.json")) {
      CAPTURE(text_of(c, "id"));
      const auto complete = parse_json(text_of(c, "input_json_text"));
      REQUIRE(complete);
      const json* errors = c.find("errors");
      REQUIRE(errors);
      CHECK(dump(problems_json(validate_manifest(*complete))) == dump(*errors));
      ++count;
    }
    CHECK(count == 110);
  }
}

TEST_SUITE("runtime/manifest/simplify") {
  TEST_CASE("an invalid manifest is not simplified but explained") {
    const auto simple = simplify_manifest(json_object{});
    REQUIRE_FALSE(simple);
    CHECK(simple.error().code == errc::invalid);
    CHECK(simple.error().detail
          == "Invalid manifest. errors=[\n  {\n    \"manifest\": \"schema is invalid. "
             "error={'path':'manifest','keyword':'required'}\"\n  }\n]");
  }
}
