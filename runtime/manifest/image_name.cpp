#include "runtime/manifest/image_name.hpp"

#include <algorithm>
#include <vector>

namespace codius::runtime {

namespace {

bool looks_like_registry(std::string_view part) {
  return part.find_first_of(".:") != std::string_view::npos;
}

/// Reads `repository[:tag]`, of which only the tag may hold slashes.
bool read_last(std::string_view text, image_name& to) {
  const size_t end = std::min(text.find_first_of("@:/"), text.size());
  if (end == 0 || (end < text.size() && text[end] == '/'))
    return false;
  to.repository = text.substr(0, end);
  if (end == text.size())
    return true;
  to.tag = text.substr(end + 1);
  return !to.tag.empty() && to.tag.find_first_of("\r\n") == std::string::npos;
}

/// The ends of the leading parts, while none is empty.
std::vector<size_t> slashes(std::string_view text) {
  std::vector<size_t> out;
  size_t start = 0;
  for (size_t at = text.find('/'); at != std::string_view::npos && at > start;
       at = text.find('/', start)) {
    out.push_back(at);
    start = at + 1;
  }
  return out;
}

bool place(std::string_view front, size_t parts, image_name& to) {
  const size_t first = front.find('/');
  const bool registry = parts == 2 || looks_like_registry(front.substr(0, first));
  if (parts > 2 && !registry)
    return false;
  to.registry = registry ? front.substr(0, first) : "";
  to.name_space = registry ? (parts == 1 ? "" : front.substr(first + 1)) : front;
  return true;
}

} // namespace

std::string image_name::untagged() const {
  std::string out;
  for (const std::string& part : {registry, name_space})
    if (!part.empty())
      (out += part) += '/';
  return out + repository;
}

std::optional<image_name> parse_image_name(std::string_view text) {
  const auto ends = slashes(text);
  // As many parts in front as there can be, fewer when the rest then is no repository: the slashes
  // were inside a tag.
  for (size_t parts = ends.size(); parts > 0; --parts) {
    image_name out;
    if (read_last(text.substr(ends[parts - 1] + 1), out)
        && place(text.substr(0, ends[parts - 1]), parts, out))
      return out;
  }
  image_name out;
  if (read_last(text, out))
    return out;
  return {};
}

bool has_digest(std::string_view text) {
  static constexpr std::string_view mark = "@sha256:";
  if (text.size() <= mark.size() + 64)
    return false;
  const std::string_view hex = text.substr(text.size() - 64);
  return text.substr(0, text.size() - 64).ends_with(mark)
         && hex.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

} // namespace codius::runtime
