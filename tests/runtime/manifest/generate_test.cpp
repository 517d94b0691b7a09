#include "messages/bytes.hpp"
#include "runtime/manifest/generate.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/image_name.hpp"
#include "tests/runtime/manifest/vectors.hpp"

#include <algorithm>
#include <map>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::testing;

namespace {

/// An environment whose random bytes are those of the recorded nonce.
env fixed_env() {
  return {[] { return utc_time{}; },
          [](std::span<std::byte> to) {
            const auto nonce = from_hex("a1b2c3d4e5f60718293a4b5c6d7e8f90");
            REQUIRE(to.size() == nonce->size());
            std::copy(nonce->begin(), nonce->end(), to.begin());
          }};
}

/// A registry that has every image but `nginx:nope`, all with one digest.
result<std::string> canned_digest(const std::string& image) {
  if (has_digest(image))
    return image;
  if (image == "nginx:nope")
    return error{errc::image_unavailable, "Unable to get manifest info from registry."};
  std::string digest = "@sha256:";
  for (int i = 0; i < 32; ++i)
    digest += "ab";
  return parse_image_name(image)->untagged() + digest;
}

result<json> generate(const std::string& codius, const std::string& vars) {
  return generate_manifest({"<codius file>", codius}, {"<vars file>", vars}, fixed_env(),
                           canned_digest);
}

const std::string small_codius
  = R"({"manifest":{"name":"n","version":"v","containers":[{"id":"a","image":"i"}]}})";

} // namespace

TEST_SUITE("runtime/manifest/generate") {
  TEST_CASE("every recorded pair of files gives what was recorded") {
    // What we say where the original crashed or passed its own parser's words on, and the empty
    // description that it left in for hosts to refuse.
    const std::map<std::string, std::string> ours = {
      {"codius-no-manifest",
       "Invalid Codius file at <codius file>\n      errors: [\n  {\n    \"path\": \"manifest\",\n"
       "    \"keyword\": \"required\"\n  }\n]"},
      {"bad-json-codius",
       "<codius file>: line 1, column 2: expected a member name in double quotes"},
      {"bad-json-vars", "<vars file>: line 1, column 2: expected a member name in double quotes"},
      {"description-empty", ""},
    };
    size_t count = 0;
    for (const json& c : vector_cases("manifest/generate-manifest.json")) {
      const std::string& id = text_of(c, "id");
      CAPTURE(id);
      const auto made
        = generate(text_of(c, "codius_json_text"), text_of(c, "codiusvars_json_text"));
      ++count;
      if (id == "description-empty") {
        REQUIRE(made);
        CHECK(dump(*made).find("description") == std::string::npos);
        continue;
      }
      const std::string* text = c.find_text("generated_json_text");
      REQUIRE(static_cast<bool>(made) == (text != nullptr));
      if (!made) {
        CHECK(made.error().detail == (ours.contains(id) ? ours.at(id) : text_of(c, "error")));
        continue;
      }
      CHECK(dump(*made) == *text);
      CHECK(hash_manifest(*made->find("manifest")).text == text_of(c, "manifest_hash"));
    }
    CHECK(count == 40);
  }

  TEST_CASE("what no host would take is not made") {
    const auto port = generate(
      R"({"manifest":{"name":"n","version":"v","port":"70000","containers":[{"id":"a","image":"i"}]}})",
      R"({"vars":{}})");
    REQUIRE_FALSE(port);
    CHECK(port.error().code == errc::invalid);
    CHECK(port.error().detail.find("\"manifest.port\": \"must be a decimal number from 1 to 65535")
          != std::string::npos);
    const auto large = generate(R"({"manifest":{"name":")" + std::string(130'000, 'n')
                                  + R"(","version":"v","containers":[{"id":"a","image":"i"}]}})",
                                R"({"vars":{}})");
    REQUIRE_FALSE(large);
    CHECK(large.error().detail.find("too large") != std::string::npos);
  }

  TEST_CASE("an image is asked for once") {
    size_t asked = 0;
    const auto made = generate_manifest(
      {"c", R"({"manifest":{"name":"n","version":"v","containers":[{"id":"a","image":"i"},)"
            R"({"id":"b","image":"i"},{"id":"c","image":"j"}]}})"},
      {"v", R"({"vars":{}})"}, fixed_env(), [&](const std::string& image) {
        ++asked;
        return canned_digest(image);
      });
    REQUIRE(made);
    CHECK(asked == 2);
    const json_array& containers = *made->find("manifest")->find("containers")->array();
    CHECK(containers[0].find("image")->text()->starts_with("i@sha256:"));
    CHECK(*containers[0].find("image") == *containers[1].find("image"));
    CHECK(containers[2].find("image")->text()->starts_with("j@sha256:"));
  }

  TEST_CASE("each private variable has a nonce of its own") {
    std::byte next{1};
    env env = fixed_env();
    env.random_bytes = [&next](std::span<std::byte> to) {
      std::fill(to.begin(), to.end(), next);
      next = std::byte{2};
    };
    const auto made = generate_manifest(
      {"c", R"({"manifest":{"name":"n","version":"v","containers":[{"id":"a","image":"i",)"
            R"("environment":{"A":"$A","B":"$B"}}]}})"},
      {"v", R"({"vars":{"private":{"A":{"value":"x"},"B":{"value":"x"}}}})"}, env, canned_digest);
    REQUIRE(made);
    const json& secrets = *made->find("private")->find("vars");
    CHECK(*secrets.find("A")->find_text("nonce") == "01010101010101010101010101010101");
    CHECK(*secrets.find("B")->find_text("nonce") == "02020202020202020202020202020202");
    const json& vars = *made->find("manifest")->find("vars");
    CHECK(*vars.find("A")->find_text("value") == hash_private_var(*secrets.find("A")));
    CHECK_FALSE(*vars.find("A") == *vars.find("B"));
  }

  TEST_CASE("files that are not objects are refused, not followed") {
    for (const char* text :
         {"null", "[]", "5", "\"x\"", R"({"manifest":[]})", R"({"manifest":null})"}) {
      CAPTURE(text);
      CHECK(generate(text, R"({"vars":{}})").error().code == errc::invalid);
    }
    for (const char* text : {"null", "[]", "5", R"({"vars":[]})", R"({"vars":{"public":5}})",
                             R"({"vars":{"private":{"A":5}}})"}) {
      CAPTURE(text);
      CHECK(generate(small_codius, text).error().code == errc::invalid);
    }
    CHECK(generate(small_codius, R"({"vars":{}})"));
  }
}
