#include "runtime/manifest/image_name.hpp"
#include "tests/runtime/manifest/vectors.hpp"

using namespace codius::runtime;
using namespace codius::runtime::testing;

namespace {

std::string part(const json& parsed, const char* name) {
  const std::string* text = parsed.find_text(name);
  return text ? *text : "";
}

} // namespace

TEST_SUITE("runtime/manifest/image_name") {
  TEST_CASE("every recorded reference is split as recorded") {
    size_t count = 0;
    for (const json& c : vector_cases("manifest/resolve-image.json")) {
      const std::string& image = text_of(c, "image");
      CAPTURE(image);
      const auto name = parse_image_name(image);
      const json* parsed = c.find("parsed");
      REQUIRE(parsed);
      ++count;
      // Older clients refuse names of several levels; registries have them.
      if (text_of(c, "id") == "three-levels") {
        CHECK(name == image_name{"reg.example.com", "a/b", "c", "1"});
        continue;
      }
      REQUIRE(name.has_value() == !parsed->is_null());
      if (!name)
        continue;
      CHECK(name->registry == part(*parsed, "registry"));
      CHECK(name->name_space == part(*parsed, "namespace"));
      CHECK(name->repository == part(*parsed, "repository"));
      CHECK(name->tag == part(*parsed, "tag"));
      if (const std::string* resolved = c.find_text("resolved"); resolved && !has_digest(image))
        CHECK(resolved->starts_with(name->untagged() + "@"));
    }
    CHECK(count == 32);
  }

  TEST_CASE("odd references are split or refused, never misread") {
    CHECK(parse_image_name("a:t/u/v/") == image_name{"", "", "a", "t/u/v/"});
    CHECK(parse_image_name("a:1/u/v/w") == image_name{"a:1", "u/v", "w", ""});
    CHECK(parse_image_name("reg:1/a") == image_name{"reg:1", "", "a", ""});
    CHECK(parse_image_name("x/y/z") == image_name{"x", "y", "z", ""});
    for (const char* bad : {"", "/", "a/", "/a", "a//b", "a/b/", ":t", "@x", "a:", "a@", "x/y/z/w",
                            "a:b\nc", "a/b/:t"}) {
      CAPTURE(bad);
      CHECK_FALSE(parse_image_name(bad));
    }
    CHECK_FALSE(parse_image_name(std::string(100'000, '/')));
    CHECK_FALSE(parse_image_name(std::string(100'000, 'a') + "/"));
  }

  TEST_CASE("a digest is 64 hex digits at the end") {
    const std::string digest(64, 'a');
    CHECK(has_digest("x@sha256:" + digest));
    CHECK(has_digest("x:1@sha256:" + std::string(64, 'F')));
    CHECK_FALSE(has_digest("@sha256:" + digest));
    CHECK_FALSE(has_digest("x@sha256:" + digest + "a"));
    CHECK_FALSE(has_digest("x@sha256:" + digest.substr(1)));
    CHECK_FALSE(has_digest("x@sha512:" + digest));
    CHECK_FALSE(has_digest("x@sha256:" + std::string(63, 'a') + "g"));
    CHECK_FALSE(has_digest(""));
  }
}
