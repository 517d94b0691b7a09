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

constexpr std::string_view check_name = "Is the image's name right?";
constexpr std::string_view log_in = "Log in with: skopeo login REGISTRY";
constexpr std::string_view trust
  = "If you trust the way to it, add --insecure-registry with the registry's name and port";
constexpr std::string_view use_digest
  = "An image named by its digest (NAME@sha256:…) needs no registry here";
constexpr std::string_view try_later = "Try again later, or name the image by its digest";

struct clue {
  std::string_view words;
  errc code;
  std::string_view sentence;
  std::string_view hint;
};

/// In order: the first whose words occur in what skopeo says tells what is wrong.
constexpr clue clues[] = {
  {"manifest unknown", errc::image_unavailable, "the registry does not have it", check_name},
  {"name unknown", errc::image_unavailable, "the registry does not have it", check_name},
  {"name invalid", errc::image_unavailable, "the registry does not have it", check_name},
  {"server gave HTTP response", errc::unavailable, "the registry does not speak TLS", trust},
  {"x509:", errc::unavailable, "the registry's certificate is not to be trusted", trust},
  {"unauthorized", errc::rejected, "the registry wants a login, or does not have it", log_in},
  {"denied", errc::rejected, "the registry denies access, or does not have it", log_in},
  {"authentication required", errc::rejected, "the registry wants a login, or does not have it",
   log_in},
  {"toomanyrequests", errc::rejected, "the registry has had too many requests", try_later},
  {"StatusCode: 429", errc::rejected, "the registry has had too many requests", try_later},
  {"no such host", errc::unavailable, "its registry's name has no address: is there a network?",
   use_digest},
  {"connection refused", errc::unavailable, "its registry does not listen", use_digest},
  {"network is unreachable", errc::unavailable, "there is no way to its registry", use_digest},
  {"no route to host", errc::unavailable, "there is no way to its registry", use_digest},
  {"server misbehaving", errc::unavailable, "names cannot be looked up: is there a network?",
   use_digest},
  {"i/o timeout", errc::unavailable, "its registry does not answer", try_later},
  {"pinging container registry", errc::unavailable, "its registry cannot be reached", use_digest},
  {"invalid reference format", errc::invalid, "this is not an image reference", {}},
  {"unexpected HTTP status", errc::unavailable, "the registry has a fault", try_later},
};

/// The text inside skopeo's `level=fatal msg="…"`, without the part that repeats the image.
std::string message_in(const std::string& words) {
  static constexpr std::string_view mark = "msg=\"";
  size_t at = words.rfind(mark);
  if (at == std::string::npos)
    return last_words(words);
  std::string out;
  for (at += mark.size(); at < words.size() && words[at] != '"'; ++at) {
    if (words[at] != '\\' || at + 1 == words.size()) {
      out += words[at];
      continue;
    }
    const char escaped = words[++at];
    out += escaped == 'n' || escaped == 't' ? ' ' : escaped;
  }
  const size_t prefix = out.find("\": ");
  if (out.starts_with("Error parsing image name \"") && prefix != std::string::npos)
    out.erase(0, prefix + 3);
  return last_words(out);
}

std::string seconds_text(std::chrono::milliseconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
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

std::string image_hint(const error& why) {
  for (const clue& c : clues)
    if (why.code == c.code && why.detail.find(c.sentence) != std::string::npos)
      return std::string{c.hint};
  switch (why.code) {
    case errc::timed_out: return std::string{try_later};
    case errc::unavailable: return std::string{use_digest};
    case errc::image_unavailable: return std::string{check_name};
    case errc::rejected: return std::string{log_in};
    default: return {};
  }
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
    return error{errc::timed_out, "image " + image + ": no answer from its registry within "
                                    + seconds_text(options_.time_limit)};
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
