#include "runtime/pods/oci/builtin_image.hpp"

#include "messages/bytes.hpp"
#include "net/ilp/condition.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/process.hpp"
#include "runtime/manifest/image_name.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/self_test_pod/embedded.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <elf.h>
#include <unistd.h>

#include <cstring>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::oci;

namespace {

image_reference own() {
  const auto out = parse_image_reference(builtin_image());
  REQUIRE(out);
  return *out;
}

std::string blob(const std::string& dir, const json& named) {
  const auto* digest = named.find_text("digest");
  REQUIRE(digest);
  const auto text = read_text(dir + "/blobs/sha256/" + digest->substr(7), 8 << 20);
  REQUIRE(text);
  CHECK("sha256:" + to_hex(net::sha256(as_bytes(*text))) == *digest);
  CHECK(dump(*named.find("size")) == std::to_string(text->size()));
  return *text;
}

json parsed(const std::string& text) {
  auto out = parse_json(text);
  REQUIRE(out);
  return std::move(*out);
}

} // namespace

TEST_SUITE("runtime/pods/oci/builtin_image") {
  TEST_CASE("its name is of no registry that there can be, and a manifest may have it") {
    CHECK(builtin_image().starts_with("codius.invalid/self-test@sha256:"));
    CHECK(has_digest(builtin_image()));
    CHECK(is_builtin(own()));
    const auto other = parse_image_reference("nginx@sha256:" + std::string(64, 'a'));
    CHECK_FALSE(is_builtin(*other));
  }

  TEST_CASE("its layout is whole: every digest is that of its blob, and the layer is a tar of the program") {
    tests::temp_dir dir;
    REQUIRE(write_builtin_layout(own(), dir.path()));
    const auto index = parsed(*read_text(dir.path() + "/index.json"));
    const auto& named = index.find("manifests")->array()->front();
    CHECK(named.find_text("digest")->substr(7) == own().digest);
    const auto manifest = parsed(blob(dir.path(), named));
    const auto config = parsed(blob(dir.path(), *manifest.find("config")));
    const auto layer = blob(dir.path(), manifest.find("layers")->array()->front());
    CHECK(*config.find_text("os") == "linux");
    REQUIRE(write_text(dir.path() + "/layer.tar", layer));
    process_request request;
    request.argv = {"tar", "-xf", dir.path() + "/layer.tar", "-C", dir.path()};
    REQUIRE(run_checked(request));
    const auto program = read_text(dir.path() + "/codius-self-test", 8 << 20);
    REQUIRE(program);
    CHECK(*program == embedded_self_test_pod());
    CHECK(::access((dir.path() + "/codius-self-test").c_str(), X_OK) == 0);
  }

  TEST_CASE("the image of another build is refused, with a sentence that names ours") {
    tests::temp_dir dir;
    auto other = own();
    other.digest = std::string(64, 'a');
    const auto done = write_builtin_layout(other, dir.path());
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::image_unavailable);
    CHECK(done.error().detail.find(builtin_image()) != std::string::npos);
  }

  TEST_CASE("it is small, and needs no loader, and so no library") {
    const auto program = embedded_self_test_pod();
    CHECK(program.size() < (1 << 20));
    Elf64_Ehdr head{};
    REQUIRE(program.size() > sizeof head);
    std::memcpy(&head, program.data(), sizeof head);
    REQUIRE(std::memcmp(head.e_ident, ELFMAG, SELFMAG) == 0);
    REQUIRE(head.e_phnum > 0);
    for (size_t i = 0; i < head.e_phnum; ++i) {
      Elf64_Phdr part{};
      std::memcpy(&part, program.data() + head.e_phoff + i * sizeof part, sizeof part);
      CHECK(part.p_type != PT_INTERP);
    }
  }
}
