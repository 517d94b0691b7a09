#include "runtime/manifest/interpolate.hpp"
#include "tests/runtime/manifest/vectors.hpp"

using namespace codius::runtime;
using outcome = resolved_value::outcome;

TEST_SUITE("runtime/manifest/interpolate") {
  TEST_CASE("each kind of value has its outcome, and each failure its sentence") {
    const json manifest = *parse_json(
      R"({"vars":{"":{"value":"empty"},"$":{"value":"dollar"},"P":{"value":"$P"},"A B":{"value":"blank"},)"
      R"("S":{"encoding":"private:sha256","value":"e8a88c5feca57760702e1186d1a727e6c344fbcff0cfe9d16f34a3dea7f302ac"},)"
      R"("M":{"encoding":"private:sha256","value":"x"},"W":{"encoding":"private:sha256","value":"x"}}})");
    const json secrets = *parse_json(
      R"({"vars":{"S":{"nonce":"00112233445566778899aabbccddeeff","value":"s3cr3t"},"P":{"nonce":"","value":"not this"},)"
      R"("W":{"nonce":"","value":""},"Z":{"nonce":"","value":"unknown"}}})");
    const interpolator variables{manifest, &secrets};
    struct row {
      const char* value;
      outcome is;
      const char* text;
    };
    const row rows[] = {
      {"", outcome::literal, ""},           {"x$P", outcome::literal, "x$P"},
      {"$", outcome::variable, "empty"},    {"$$", outcome::variable, "dollar"},
      {"$P", outcome::variable, "$P"},      {"$A B", outcome::variable, "blank"},
      {"$S", outcome::variable, "s3cr3t"},  {"$p", outcome::undefined, ""},
      {"$Z", outcome::undefined, ""},       {"$toString", outcome::undefined, ""},
      {"$M", outcome::private_missing, ""}, {"$W", outcome::hash_differs, ""},
    };
    for (const auto& [value, is, text] : rows) {
      CAPTURE(value);
      const resolved_value resolved = variables.resolve(value);
      CHECK(resolved.is == is);
      CHECK(resolved.value == text);
    }
    const std::string vars = dump(*manifest.find("vars"));
    CHECK(variables.explain(variables.resolve("$p"), "$p")
          == "could not interpolate var. var=$p manifest.vars=" + vars);
    CHECK(variables.explain(variables.resolve("$M"), "$M")
          == "could not interpolate private var. var=$M manifest.vars=" + vars);
    CHECK(variables.explain(variables.resolve("$W"), "$W")
          == "private var does not match hash. var=$W encoding=private:sha256 public-hash=x "
             "hashed-value=d56279a2b0c29915d1667f164b187b8b6bb2c83e04eedbe41f3ec859d33fe4bc");
  }

  TEST_CASE("a manifest without variables has none") {
    const json manifest = json_object{};
    const interpolator variables{manifest, nullptr};
    CHECK(variables.resolve("x").found());
    CHECK(variables.explain(variables.resolve("$x"), "$x")
          == "could not interpolate var. var=$x manifest.vars=undefined");
  }

  TEST_CASE("names of the host begin with CODIUS in capitals") {
    CHECK(is_reserved_name("CODIUS"));
    CHECK(is_reserved_name("CODIUSX"));
    CHECK(is_reserved_name("CODIUS_HOST"));
    CHECK_FALSE(is_reserved_name("Codius"));
    CHECK_FALSE(is_reserved_name("_CODIUS"));
    CHECK_FALSE(is_reserved_name("CODIU"));
    CHECK_FALSE(is_reserved_name(""));
  }
}
