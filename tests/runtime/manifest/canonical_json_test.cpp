#include "messages/bytes.hpp"
#include "runtime/base/json_size.hpp"
#include "runtime/manifest/canonical_json.hpp"
#include "runtime/manifest/hash.hpp"
#include "tests/runtime/manifest/vectors.hpp"

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::testing;

TEST_SUITE("runtime/manifest/canonical_json") {
  TEST_CASE("every recorded text has its canonical bytes and hashes") {
    size_t count = 0;
    for (const json& c : vector_cases("manifest/canonical-json.json")) {
      CAPTURE(text_of(c, "id"));
      const auto value
        = parse_json(text_of(c, "input_json_text"), {.surrogates = lone_surrogates::keep});
      REQUIRE(value);
      CHECK(to_hex(as_bytes(canonical_json(*value))) == text_of(c, "canonical_utf8_hex"));
      CHECK(hash_private_var(*value) == text_of(c, "sha256_hex"));
      CHECK(hash_manifest(*value).text == text_of(c, "sha256_base32"));
      ++count;
    }
    CHECK(count == 72);
  }

  TEST_CASE("the canonical text does not depend on order or blanks") {
    const auto a = parse_json(R"({"b":[1,{"y":1,"x":2}],"a":{}})");
    const auto b = parse_json(R"( { "a" : {} , "b" : [ 1 , {"x":2,"y":1} ] } )");
    CHECK(canonical_json(*a) == R"({"a":{},"b":[1,{"x":2,"y":1}]})");
    CHECK(canonical_json(*a) == canonical_json(*b));
  }

  TEST_CASE("the canonical text is a text that reads back as the same value") {
    const char* text
      = R"(["\u0000\u001f\u007f\u00ad\u0604\u200c\u2028\ufeff\ufffd\uffff😀é","\"\\\b"])";
    const auto value = parse_json(text);
    CHECK(*parse_json(canonical_json(*value)) == *value);
  }
}

TEST_SUITE("runtime/manifest/hash") {
  TEST_CASE("every recorded private variable has its hash") {
    size_t count = 0;
    for (const json& c : vector_cases("manifest/private-var-hashes.json")) {
      CAPTURE(text_of(c, "id"));
      const auto value = parse_json(text_of(c, "private_var_json_text"));
      REQUIRE(value);
      CHECK(canonical_json(*value) == text_of(c, "canonical"));
      CHECK(hash_private_var(*value) == text_of(c, "sha256_hex"));
      ++count;
    }
    CHECK(count == 10);
  }

  TEST_CASE("every recorded octet string has its base32 form") {
    size_t count = 0;
    for (const json& c : vector_cases("manifest/base32.json")) {
      CAPTURE(text_of(c, "hex"));
      CHECK(to_base32(*from_hex(text_of(c, "hex"))) == text_of(c, "base32"));
      ++count;
    }
    CHECK(count == 16);
  }

  TEST_CASE("a manifest hash is a pod id") {
    CHECK(is_pod_id(hash_manifest(json_object{}).text));
    CHECK(is_pod_id(hash_manifest(json_object{{"name", "x"}}).text));
  }

  TEST_CASE("a large text comes in pieces that make the same text") {
    json_object members;
    for (int i = 0; i < 3000; ++i)
      members.set("name " + std::to_string(i) + (i % 7 == 0 ? "\u00e4" : ""),
                  json_array{i, std::string(static_cast<size_t>(i % 50), 'x'),
                             json_object{{"b", 1}, {"a", "\n"}}});
    const json value{std::move(members)};
    std::string whole;
    size_t pieces = 0;
    canonical_json(value, [&](std::string_view piece) {
      CHECK(piece.size() < 64 * 1024);
      whole += piece;
      ++pieces;
    });
    CHECK(pieces > 3);
    CHECK(whole == canonical_json(value));
    CHECK(whole.size() == dump_size(value)); // sorted, but of the same parts
  }
}
