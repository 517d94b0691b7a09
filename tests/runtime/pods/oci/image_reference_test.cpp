#include "runtime/pods/oci/image_reference.hpp"

#include <doctest/doctest.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/image_reference");

namespace {
const std::string hex(64, 'a');
} // namespace

TEST_CASE("a pinned reference is read, and its tag dropped") {
  struct row {
    std::string text;
    const char* name;
    const char* registry;
  };
  const row rows[] = {
    {"nginx@sha256:" + hex, "nginx", "docker.io"},
    {"nginx:1.25@sha256:" + hex, "nginx", "docker.io"},
    {"library/nginx@sha256:" + hex, "library/nginx", "docker.io"},
    {"127.0.0.1:5000/web@sha256:" + hex, "127.0.0.1:5000/web", "127.0.0.1:5000"},
    {"127.0.0.1:5000/a/b:v1@sha256:" + hex, "127.0.0.1:5000/a/b", "127.0.0.1:5000"},
    {"localhost/web@sha256:" + hex, "localhost/web", "localhost"},
    {"quay.io/a_b/c-d@sha256:" + hex, "quay.io/a_b/c-d", "quay.io"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.text);
    const auto image = parse_image_reference(r.text);
    REQUIRE(image);
    CHECK(image->name == r.name);
    CHECK(image->registry() == r.registry);
    CHECK(image->digest == hex);
    CHECK(image->pinned() == std::string{r.name} + "@sha256:" + hex);
  }
}

TEST_CASE("D-34 a reference without a digest is refused with a word on how to pin it") {
  const auto bad = parse_image_reference("nginx:latest");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == errc::image_unavailable);
  CHECK(bad.error().detail.find("pin it, as in name@sha256:") != std::string::npos);
}

TEST_CASE("what is no reference is refused") {
  const std::string rows[] = {"",
                              "@sha256:" + hex,
                              "web@sha256:" + hex.substr(1),
                              "web@sha256:" + hex + "a",
                              "web@sha256:" + std::string(64, 'A'),
                              "web@sha512:" + hex,
                              "web@" + hex,
                              "Web@sha256:" + hex,
                              "-web@sha256:" + hex,
                              "--src-tls-verify=false@sha256:" + hex,
                              "a b@sha256:" + hex,
                              "a//b@sha256:" + hex,
                              "a/../b@sha256:" + hex,
                              "/etc/passwd@sha256:" + hex,
                              "web/@sha256:" + hex,
                              "web\n@sha256:" + hex,
                              "web@sha256:" + hex + "@sha256:" + hex,
                              std::string(500, 'w') + "@sha256:" + hex};
  for (const auto& text : rows) {
    CAPTURE(text);
    const auto image = parse_image_reference(text);
    REQUIRE_FALSE(image);
    CHECK(image.error().code == errc::image_unavailable);
    CHECK(image.error().detail.find('\n') == std::string::npos);
  }
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
