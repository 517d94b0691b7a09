#include "runtime/base/process.hpp"
#include "runtime/manifest/image_resolver.hpp"
#include "tests/runtime/manifest/registry_stub.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::testing;

namespace {

constexpr const char* manifest = R"({"schemaVersion":2,"config":{"size":2},"layers":[]})";
/// SHA-256 of `manifest`.
constexpr const char* digest
  = "sha256:c11ef713904bc5cc1407c3252f324ae6216014d67e0f067f44ced10ea46858b4";

/// A program of ours in skopeo's place. It notes its arguments beside itself.
class fake_skopeo {
public:
  explicit fake_skopeo(const std::string& script) {
    std::string name = (std::filesystem::temp_directory_path() / "fake-skopeo-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    folder_ = name;
    std::ofstream{path()} << "#!/bin/sh\necho \"$@\" > " << folder_ / "args"
                          << "\n"
                          << script;
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  ~fake_skopeo() { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "skopeo").string(); }
  std::string arguments() const {
    std::ifstream in{folder_ / "args"};
    std::string line;
    std::getline(in, line);
    return line;
  }

private:
  std::filesystem::path folder_;
};

} // namespace

TEST_SUITE("runtime/manifest/image_resolver") {
  TEST_CASE("a tag becomes the digest of its manifest") {
    fake_skopeo skopeo{std::string{"printf '%s' '"} + manifest + "'\n"};
    const image_resolver resolver{
      {.insecure_registries = {"127.0.0.1:5000"}, .skopeo = skopeo.path()}};
    struct row {
      const char* image;
      std::string name;
      const char* arguments;
    };
    const row rows[] = {
      {"nginx", "nginx", "inspect --raw docker://nginx"},
      {"nginx:1.15", "nginx", "inspect --raw docker://nginx:1.15"},
      {"quay.io/acme/web:1", "quay.io/acme/web", "inspect --raw docker://quay.io/acme/web:1"},
      {"127.0.0.1:5000/web", "127.0.0.1:5000/web",
       "inspect --raw --tls-verify=false docker://127.0.0.1:5000/web"},
      {"127.0.0.1:5001/web", "127.0.0.1:5001/web", "inspect --raw docker://127.0.0.1:5001/web"},
      {"127.0.0.1:5000/a/b/c:2", "127.0.0.1:5000/a/b/c",
       "inspect --raw --tls-verify=false docker://127.0.0.1:5000/a/b/c:2"},
    };
    for (const auto& [image, name, arguments] : rows) {
      CAPTURE(image);
      const auto resolved = resolver.resolve(image);
      REQUIRE(resolved);
      CHECK(*resolved == name + "@" + digest);
      CHECK(skopeo.arguments() == arguments);
    }
  }

  TEST_CASE("an image with a digest and a text that is none are not asked for") {
    fake_skopeo skopeo{"exit 1\n"};
    const image_resolver resolver{{.insecure_registries = {}, .skopeo = skopeo.path()}};
    const std::string whole = "nginx:1.15@sha256:" + std::string(64, 'A');
    CHECK(*resolver.resolve(whole) == whole);
    for (const char* bad : {"", "a b", "nginx:", "a\nb", "a//b", "$(id)\t", "é"}) {
      CAPTURE(bad);
      CHECK(resolver.resolve(bad).error().code == errc::invalid);
    }
    CHECK(resolver.resolve(std::string(513, 'a')).error().code == errc::invalid);
    CHECK(skopeo.arguments().empty());
  }

  TEST_CASE("an answer that is no manifest has no digest") {
    for (const char* script :
         {"true\n", "echo nonsense\n", "echo '{\"schemaVersion\":1}'\n",
          "printf '{\"schemaVersion\":2,\"x\":\"'; yes | head -c 5000000; printf '\"}'\n"}) {
      CAPTURE(script);
      fake_skopeo skopeo{script};
      const image_resolver resolver{{.insecure_registries = {}, .skopeo = skopeo.path()}};
      CHECK(resolver.resolve("x").error().code == errc::image_unavailable);
    }
  }

  TEST_CASE("a registry that does not answer is not waited for without end") {
    fake_skopeo skopeo{"exec sleep 600\n"};
    const image_resolver resolver{{.insecure_registries = {},
                                   .skopeo = skopeo.path(),
                                   .time_limit = std::chrono::milliseconds{100}}};
    const auto late = resolver.resolve("x");
    REQUIRE_FALSE(late);
    CHECK(late.error().code == errc::timed_out);
    CHECK(late.error().detail == "image x: no answer from its registry within 1 s");
  }

  TEST_CASE("a missing skopeo is named, with what to do about it") {
    const image_resolver resolver{{.insecure_registries = {}, .skopeo = "/nonexistent/skopeo"}};
    const auto resolved = resolver.resolve("x");
    REQUIRE_FALSE(resolved);
    CHECK(resolved.error().code == errc::unavailable);
    CHECK(resolved.error().detail.starts_with("skopeo is not installed"));
  }

  TEST_CASE("what skopeo says is put into a code and a sentence") {
    struct row {
      const char* words;
      errc code;
      const char* sentence;
    };
    const row rows[] = {
      {"reading manifest 1 in r/x: manifest unknown: manifest unknown", errc::image_unavailable,
       "the registry does not have it"},
      {"reading manifest 1 in r/x: unauthorized", errc::rejected, "the registry wants a login"},
      {"reading manifest 1 in r/x: denied", errc::rejected, "the registry denies access"},
      {"reading manifest 1 in r/x: StatusCode: 429, slow down", errc::rejected,
       "the registry has had too many requests"},
      {"pinging container registry r: Get \\\"https://r/v2/\\\": http: server gave HTTP response "
       "to HTTPS client",
       errc::unavailable, "the registry does not speak TLS"},
      {"pinging container registry r: Get \\\"https://r/v2/\\\": dial tcp 127.0.0.1:1: connect: "
       "connection refused",
       errc::unavailable, "its registry does not listen"},
      {"pinging container registry r: dial tcp: lookup r on 127.0.0.53:53: no such host",
       errc::unavailable, "its registry's name has no address"},
      {"pinging container registry r: something new", errc::unavailable,
       "its registry cannot be reached"},
      {"invalid reference format: repository name must be lowercase", errc::invalid,
       "this is not an image reference"},
      {"received unexpected HTTP status: 500 Internal Server Error", errc::unavailable,
       "the registry has a fault"},
      {"something new", errc::image_unavailable, "something new"},
    };
    for (const auto& [words, code, sentence] : rows) {
      CAPTURE(words);
      const error e = explain_skopeo(
        "r/x:1", "time=\"2030-01-01T00:00:00Z\" level=fatal msg=\"Error parsing image name "
                 "\\\"docker://r/x:1\\\": "
                   + std::string{words} + "\"\n");
      CHECK(e.code == code);
      CHECK(e.detail.starts_with(std::string{"image r/x:1: "} + sentence));
      CHECK(e.detail.find("level=fatal") == std::string::npos);
      CHECK(e.detail.find("Error parsing") == std::string::npos);
    }
    CHECK(explain_skopeo("x", "").code == errc::image_unavailable);
    CHECK(explain_skopeo("x", R"(level=fatal msg="errors:\ndenied: no\nunauthorized: no\n")").detail
          == "image x: the registry wants a login, or does not have it (errors: denied: no "
             "unauthorized: no)");
  }

  TEST_CASE("each failure says what can be done") {
    struct row {
      error why;
      const char* hint;
    };
    const row rows[] = {
      {explain_skopeo("x", "msg=\"reading manifest: manifest unknown\""), "name right?"},
      {explain_skopeo("x", "msg=\"http: server gave HTTP response\""), "--insecure-registry"},
      {explain_skopeo("x", "msg=\"x509: unknown authority\""), "--insecure-registry"},
      {explain_skopeo("x", "msg=\"unauthorized\""), "skopeo login"},
      {explain_skopeo("x", "msg=\"connection refused\""), "digest"},
      {explain_skopeo("x", "msg=\"something new\""), "name right?"},
      {{errc::timed_out, "image x: no answer from its registry within 2 s"}, "Try again"},
      {{errc::unavailable, "skopeo is not installed"}, "digest"},
    };
    for (const auto& [why, hint] : rows) {
      CAPTURE(why.detail);
      CHECK(image_hint(why).find(hint) != std::string::npos);
    }
  }

  TEST_CASE("the real skopeo asks a registry") {
    REQUIRE_MESSAGE(find_program("skopeo"), "this test needs the package skopeo");
    registry_stub registry{"acme/web", "1", manifest};
    const image_resolver resolver{{.insecure_registries = {registry.address()}}};
    CHECK(*resolver.resolve(registry.address() + "/acme/web:1")
          == registry.address() + "/acme/web@" + digest);
    CHECK(resolver.resolve(registry.address() + "/acme/web:2").error().code
          == errc::image_unavailable);
    const image_resolver strict{{}};
    const auto refused = strict.resolve(registry.address() + "/acme/web:1");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::unavailable);
    CHECK(image_hint(refused.error()).find("--insecure-registry") != std::string::npos);
  }
}
