#include "runtime/manifest/image_resolver.hpp"

#include "messages/bytes.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/process.hpp"
#include "runtime/manifest/image_name.hpp"

#include <cryptopp/sha.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace codius::runtime {

namespace {

constexpr size_t max_image_manifest = 4 * 1024 * 1024; // what registries take, too

std::string digest_of(std::string_view manifest) {
  std::array<std::byte, 32> digest;
  CryptoPP::SHA256{}.CalculateDigest(reinterpret_cast<CryptoPP::byte*>(digest.data()),
                                     reinterpret_cast<const CryptoPP::byte*>(manifest.data()),
                                     manifest.size());
  return "sha256:" + to_hex(digest);
}

/// True for an image manifest or an index: an old one of version 1 is hashed without its
/// signatures, so its digest would be wrong, and nothing makes them any more.
bool is_manifest(std::string_view text) {
  const auto value = parse_json(text);
  const json* version = value ? value->find("schemaVersion") : nullptr;
  return version && version->number() && *version->number() == 2;
}

struct clue {
  std::string_view words;
  errc code;
  std::string_view sentence;
};

/// In order: the first whose words occur in what skopeo says tells what is wrong.
constexpr clue clues[] = {
  {"manifest unknown", errc::image_unavailable, "the registry does not have it"},
  {"name unknown", errc::image_unavailable, "the registry does not have it"},
  {"name invalid", errc::image_unavailable, "the registry does not have it"},
  {"server gave HTTP response", errc::unavailable,
   "the registry does not speak TLS; name it in CODIUS_INSECURE_REGISTRIES if you trust the way "
   "to it"},
  {"x509:", errc::unavailable, "the registry's certificate is not to be trusted"},
  {"unauthorized", errc::rejected, "the registry wants a login, or does not have it"},
  {"denied", errc::rejected, "the registry denies access, or does not have it"},
  {"authentication required", errc::rejected, "the registry wants a login, or does not have it"},
  {"toomanyrequests", errc::rejected, "the registry has had too many requests"},
  {"StatusCode: 429", errc::rejected, "the registry has had too many requests"},
  {"no such host", errc::unavailable, "its registry's name has no address: is there a network?"},
  {"connection refused", errc::unavailable, "its registry does not listen"},
  {"network is unreachable", errc::unavailable, "there is no way to its registry"},
  {"no route to host", errc::unavailable, "there is no way to its registry"},
  {"server misbehaving", errc::unavailable, "names cannot be looked up: is there a network?"},
  {"i/o timeout", errc::unavailable, "its registry does not answer"},
  {"pinging container registry", errc::unavailable, "its registry cannot be reached"},
  {"invalid reference format", errc::invalid, "this is not an image reference"},
  {"unexpected HTTP status", errc::unavailable, "the registry has a fault"},
};

/// The text inside skopeo's `level=fatal msg="…"`, without the part that repeats the image.
std::string message_in(const std::string& words) {
  static constexpr std::string_view mark = "msg=\"";
  size_t at = words.rfind(mark);
  if (at == std::string::npos)
    return last_words(words);
  std::string out;
  for (at += mark.size(); at < words.size() && words[at] != '"'; ++at) {
    if (words[at] == '\\' && at + 1 < words.size())
      ++at;
    out += words[at];
  }
  const size_t prefix = out.find("\": ");
  if (out.starts_with("Error parsing image name \"") && prefix != std::string::npos)
    out.erase(0, prefix + 3);
  return last_words(out);
}

/// Nothing that a shell, a log or a terminal could take for something else.
bool is_plain(const std::string& image) {
  return image.size() <= 512
         && std::all_of(image.begin(), image.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

error explain_skopeo(const std::string& image, const std::string& words) {
  const std::string message = message_in(words);
  for (const clue& c : clues)
    if (message.find(c.words) != std::string::npos)
      return {c.code, "image " + image + ": " + std::string{c.sentence} + " (" + message + ")"};
  return {errc::image_unavailable, "image " + image + ": " + message};
}

image_resolver::image_resolver(image_resolver_options options) : options_(std::move(options)) {}

bool image_resolver::is_insecure(const std::string& image) const {
  const auto& names = options_.insecure_registries;
  const size_t slash = image.find('/');
  return slash != std::string::npos
         && std::find(names.begin(), names.end(), image.substr(0, slash)) != names.end();
}

result<std::string> image_resolver::resolve(const std::string& image, std::stop_token stop) const {
  if (!is_plain(image))
    return error{errc::invalid,
                 "an image reference is at most 512 plain characters, without blanks"};
  if (has_digest(image))
    return image;
  const auto name = parse_image_name(image);
  if (!name)
    return error{errc::invalid, "image " + image + ": this is not an image reference"};
  process_request request;
  request.argv = {options_.skopeo, "inspect", "--raw"};
  if (is_insecure(image))
    request.argv.emplace_back("--tls-verify=false");
  request.argv.push_back("docker://" + image);
  request.time_limit = options_.time_limit;
  request.max_output = max_image_manifest;
  const auto ran = run_process(request, stop);
  if (!ran && ran.error().code == errc::not_found)
    return error{errc::unavailable, "skopeo is not installed; it looks up image tags. Install the "
                                    "package \"skopeo\", or name images by digest (name@sha256:…)"};
  if (!ran && ran.error().code == errc::timed_out)
    return error{errc::timed_out, "image " + image + ": no answer from its registry in time"};
  if (!ran)
    return ran.error();
  if (!ran->succeeded())
    return explain_skopeo(image, ran->err);
  if (ran->out_cut || !is_manifest(ran->out))
    return error{errc::image_unavailable,
                 "image " + image
                   + ": what the registry sent is not an image manifest of version 2"};
  return name->untagged() + "@" + digest_of(ran->out);
}

} // namespace codius::runtime
