#include "runtime/pods/oci/pull.hpp"

#include "runtime/base/json.hpp"
#include "runtime/base/process.hpp"
#include "runtime/pods/oci/builtin_image.hpp"
#include "runtime/pods/oci/disk_guard.hpp"
#include "runtime/pods/oci/files.hpp"

#include <algorithm>
#include <cstdlib>

namespace codius::runtime::oci {
namespace {

using std::string_literals::operator""s;

#if defined(__x86_64__)
constexpr const char* architecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* architecture = "arm64";
#elif defined(__riscv)
constexpr const char* architecture = "riscv64";
#endif

// The daemon's environment holds secrets: programs that talk to the outside get what they need.
std::vector<std::string> environment(const std::string& dir) {
  std::vector<std::string> out{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                               "HOME=" + dir, "TMPDIR=" + dir};
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                           "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"})
    if (const char* value = std::getenv(name))
      out.push_back(name + "="s + value);
  return out;
}

std::vector<std::string> copy_words(const image_reference& image, const std::string& dir,
                                    const oci_options& options) {
  // The digest is the policy: whatever this machine's policy file says, nothing else is taken.
  std::vector<std::string> out{"skopeo",          "--insecure-policy", "--override-os", "linux",
                               "--override-arch", architecture,        "copy",          "--quiet"};
  if (options.registry_auth_file.empty())
    out.push_back("--src-no-creds");
  else
    out.push_back("--src-authfile=" + options.registry_auth_file);
  if (std::ranges::find(options.insecure_registries, image.registry())
      != options.insecure_registries.end())
    out.push_back("--src-tls-verify=false");
  out.push_back("docker://" + image.pinned());
  out.push_back("oci:" + dir + "/layout:image");
  return out;
}

// The text of the blob that `descriptor` names, e.g. "sha256:…".
result<json> read_blob(const std::string& layout, const json* descriptor) {
  const error bad{errc::image_unavailable, "the image's manifest is not as it should be"};
  const auto* digest = descriptor != nullptr ? descriptor->find_text("digest") : nullptr;
  if (digest == nullptr || !digest->starts_with("sha256:") || digest->size() != 71
      || digest->find('/') != std::string::npos)
    return bad;
  const auto text = read_text(layout + "/blobs/sha256/" + digest->substr(7), 8 << 20);
  if (!text)
    return bad;
  auto parsed = parse_json(*text);
  return parsed ? std::move(parsed) : result<json>{bad};
}

status keep_config(const std::string& layout, const std::string& to) {
  const error bad{errc::image_unavailable, "the image's index is not as it should be"};
  const auto text = read_text(layout + "/index.json");
  const auto index = text ? parse_json(*text) : result<json>{text.error()};
  const auto* manifests = index ? index->find("manifests") : nullptr;
  if (manifests == nullptr || manifests->array() == nullptr || manifests->array()->empty())
    return bad;
  const auto manifest = read_blob(layout, &manifests->array()->front());
  if (!manifest)
    return manifest.error();
  const auto config = read_blob(layout, manifest->find("config"));
  if (!config)
    return config.error();
  return write_text(to, dump(*config), 0600);
}

} // namespace

namespace {

/// Has the image as an OCI layout in `dir`/layout.
status copy_image(const image_reference& image, const std::string& dir, const oci_options& options,
                  const disk_guard& guard, process_request request) {
  if (is_builtin(image))
    return write_builtin_layout(image, dir + "/layout");
  request.argv = copy_words(image, dir, options);
  const auto copied = run_process(request, guard.token());
  if (guard.tripped())
    return error{errc::image_unavailable, image.pinned() + ": the image is too large"};
  if (!copied)
    return copied.error();
  return copied->succeeded() ? ok() : status{explain_pull(image, copied->err)};
}

} // namespace

error explain_pull(const image_reference& image, std::string_view complaint) {
  struct row {
    std::string_view words;
    std::string_view meaning;
  };
  constexpr row rows[] = {
    {"manifest unknown", "the registry has no such image"},
    {"name unknown", "the registry has no such image"},
    {"repository name not known", "the registry has no such image"},
    {"status code 404", "the registry has no such image"},
    {"unauthorized", "the registry refuses access"},
    {"denied", "the registry refuses access"},
    {"server gave HTTP response to HTTPS client",
     "the registry speaks plain HTTP; the host's operator may allow that with "
     "CODIUS_INSECURE_REGISTRIES"},
    {"x509:", "the registry's TLS certificate is not trusted here"},
    {"connection refused", "the registry cannot be reached (connection refused)"},
    {"no such host", "the registry cannot be reached (unknown host name)"},
    {"i/o timeout", "the registry cannot be reached (no answer)"},
    {"no route to host", "the registry cannot be reached (no route)"},
    {"network is unreachable", "the registry cannot be reached (network unreachable)"},
    {"no image found in", "there is no build of this image for this kind of machine"},
    {"toomanyrequests", "the registry asks to try again later (too many requests)"},
    {"no space left on device", "the host's disk is full"},
  };
  for (const auto& r : rows)
    if (complaint.find(r.words) != std::string_view::npos)
      return {errc::image_unavailable, image.pinned() + ": " + std::string{r.meaning}};
  auto words = last_words(complaint);
  if (const auto at = words.find("msg=\""); at != std::string::npos)
    words = words.substr(at + 5, words.rfind('"') - at - 5);
  return {errc::image_unavailable, image.pinned() + ": " + words};
}

status pull_image(const image_reference& image, const std::string& dir, const oci_options& options,
                  std::stop_token stop) {
  // Three times: compressed, half unpacked, unpacked.
  const disk_guard guard{dir, 3 * options.max_image_bytes, std::move(stop)};
  process_request request;
  request.env = environment(dir);
  request.time_limit = options.pull_time_limit;
  const auto layout = dir + "/layout";
  if (auto copied = copy_image(image, dir, options, guard, request); !copied)
    return copied;
  request.argv = {"umoci", "unpack", "--image", layout + ":image", dir + "/unpacked"};
  const auto unpacked = run_process(request, guard.token());
  if (guard.tripped())
    return error{errc::image_unavailable, image.pinned() + ": the image is too large"};
  if (!unpacked)
    return unpacked.error();
  if (!unpacked->succeeded())
    return error{errc::image_unavailable,
                 image.pinned() + ": cannot be unpacked: " + last_words(unpacked->err)};
  if (auto kept = keep_config(layout, dir + "/config.json"); !kept)
    return kept;
  if (::rename((dir + "/unpacked/rootfs").c_str(), (dir + "/rootfs").c_str()) != 0)
    return os_error("cannot move the unpacked image");
  if (auto clean = clean_tree(dir + "/rootfs", options.max_image_bytes, options.max_image_entries);
      !clean)
    return clean.error().code == errc::image_unavailable
             ? status{error{errc::image_unavailable, image.pinned() + ": " + clean.error().detail}}
             : clean;
  for (const auto& rest : {layout, dir + "/unpacked"})
    if (auto gone = remove_tree(rest); !gone)
      return gone;
  return ok();
}

} // namespace codius::runtime::oci
