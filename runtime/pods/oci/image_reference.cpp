#include "runtime/pods/oci/image_reference.hpp"

#include <algorithm>

namespace codius::runtime::oci {
namespace {

constexpr size_t max_reference = 512;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'
         || c == '/' || c == ':';
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_name(std::string_view name) {
  const auto alnum = [](char c) { return is_name_char(c) && (c >= '0' && c != ':' && c != '_'); };
  return !name.empty() && std::ranges::all_of(name, is_name_char) && alnum(name.front())
         && alnum(name.back()) && name.find("//") == std::string_view::npos
         && name.find("..") == std::string_view::npos;
}

error refused(std::string_view text, std::string why) {
  // A reference comes from outside and ends up in answers and logs: no control characters.
  std::string shown{text.substr(0, 200)};
  std::ranges::replace_if(
    shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return {errc::image_unavailable, "image \"" + shown + "\": " + std::move(why)};
}

} // namespace

std::string image_reference::registry() const {
  const auto slash = name.find('/');
  if (slash == std::string::npos)
    return "docker.io";
  const auto first = name.substr(0, slash);
  const bool is_host = first == "localhost" || first.find_first_of(".:") != std::string::npos;
  return is_host ? first : "docker.io";
}

result<image_reference> parse_image_reference(std::string_view text) {
  if (text.size() > max_reference)
    return refused(text, "longer than 512 characters");
  const auto at = text.find('@');
  if (at == std::string_view::npos)
    return refused(text, "has no digest; pin it, as in name@sha256:<64 hex digits> (`skopeo "
                         "inspect docker://name:tag` prints the Digest)");
  constexpr std::string_view algorithm = "sha256:";
  auto digest = text.substr(at + 1);
  if (!digest.starts_with(algorithm))
    return refused(text, "only sha256 digests are known here");
  digest.remove_prefix(algorithm.size());
  if (digest.size() != 64 || !std::ranges::all_of(digest, is_hex))
    return refused(text, "after sha256: there must be 64 digits of lower-case hex");
  auto name = text.substr(0, at);
  const auto slash = name.find_last_of('/');
  const auto tag = name.find_last_of(':');
  const bool tagged
    = tag != std::string_view::npos && (slash == std::string_view::npos || tag > slash);
  if (tagged)
    name = name.substr(0, tag);
  if (!is_name(name))
    return refused(text, "not a registry reference (lower-case name, e.g. host:port/path/name)");
  return image_reference{std::string{name}, std::string{digest}};
}

} // namespace codius::runtime::oci
