#include "runtime/pods/oci/builtin_image.hpp"

#include "messages/bytes.hpp"
#include "net/ilp/condition.hpp"
#include "runtime/base/json.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/self_test_pod/embedded.hpp"

#include <cstdio>
#include <cstring>

namespace codius::runtime::oci {

namespace {

constexpr std::string_view name = "codius.invalid/self-test";
constexpr std::string_view program = "codius-self-test";

#if defined(__x86_64__)
constexpr const char* architecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* architecture = "arm64";
#elif defined(__riscv)
constexpr const char* architecture = "riscv64";
#endif

std::string digest_of(std::string_view text) {
  return to_hex(net::sha256(std::as_bytes(std::span{text.data(), text.size()})));
}

void put(char* at, size_t room, unsigned long value) {
  std::snprintf(at, room, "%0*lo", static_cast<int>(room - 1), value);
}

/// A tar archive (POSIX.1-2017 ustar) of one file, without a clock or an owner in it.
std::string tar_of(std::string_view file, std::string_view content) {
  char head[512] = {};
  std::memcpy(head, file.data(), file.size());
  put(head + 100, 8, 0755);
  put(head + 108, 8, 0);
  put(head + 116, 8, 0);
  put(head + 124, 12, content.size());
  put(head + 136, 12, 0);
  head[156] = '0';
  std::memcpy(head + 257, "ustar\00000", 8);
  std::memset(head + 148, ' ', 8);
  unsigned long sum = 0;
  for (const char c : head)
    sum += static_cast<unsigned char>(c);
  put(head + 148, 7, sum);
  std::string out{head, sizeof head};
  out += content;
  out.append((512 - content.size() % 512) % 512 + 1024, '\0');
  return out;
}

json descriptor(const char* type, std::string_view blob) {
  return json_object{
    {"mediaType", type}, {"digest", "sha256:" + digest_of(blob)}, {"size", blob.size()}};
}

struct image_text {
  std::string layer, config, manifest;
};

const image_text& image() {
  static const image_text all = [] {
    image_text out;
    out.layer = tar_of(program, embedded_self_test_pod());
    const json_object process{{"User", "65534:65534"},
                              {"Env", json_array{"PORT=3000"}},
                              {"Entrypoint", json_array{"/" + std::string{program}}},
                              {"WorkingDir", "/"}};
    const json_object layers{{"type", "layers"},
                             {"diff_ids", json_array{"sha256:" + digest_of(out.layer)}}};
    out.config = dump(json_object{
      {"architecture", architecture}, {"os", "linux"}, {"config", process}, {"rootfs", layers}});
    json_array only{descriptor("application/vnd.oci.image.layer.v1.tar", out.layer)};
    out.manifest = dump(json_object{
      {"schemaVersion", 2},
      {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
      {"config", descriptor("application/vnd.oci.image.config.v1+json", out.config)},
      {"layers", std::move(only)}});
    return out;
  }();
  return all;
}

} // namespace

const std::string& builtin_image() {
  static const std::string out
    = std::string{name} + "@sha256:" + digest_of(image().manifest);
  return out;
}

bool is_builtin(const image_reference& image) { return image.name == name; }

status write_builtin_layout(const image_reference& asked, const std::string& dir) {
  if (asked.pinned() != builtin_image())
    return error{errc::image_unavailable,
                 asked.pinned() + ": this build of codiusd has " + builtin_image()};
  const auto& parts = image();
  auto named = descriptor("application/vnd.oci.image.manifest.v1+json", parts.manifest);
  named.object()->set("annotations",
                      json_object{{"org.opencontainers.image.ref.name", "image"}});
  const json_object index{{"schemaVersion", 2}, {"manifests", json_array{std::move(named)}}};
  const auto blobs = dir + "/blobs/sha256/";
  if (auto made = make_dirs(blobs, 0700); !made)
    return made;
  for (const auto* blob : {&parts.layer, &parts.config, &parts.manifest})
    if (auto done = write_text(blobs + digest_of(*blob), *blob); !done)
      return done;
  if (auto done = write_text(dir + "/index.json", dump(index)); !done)
    return done;
  return write_text(dir + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
}

} // namespace codius::runtime::oci
