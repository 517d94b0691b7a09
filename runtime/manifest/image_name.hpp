#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace codius::runtime {

/// The parts of an image reference, `[registry/][name/space/]repository[:tag | @digest]`.
struct image_name {
  std::string registry;   ///< with its port; empty: the default one
  std::string name_space; ///< may have slashes; empty: none
  std::string repository;
  std::string tag; ///< what follows the first `:` or `@` after the repository; empty: none
  bool operator==(const image_name&) const = default;

  /// All but the tag, as it was written.
  std::string untagged() const;
};

/// Splits `text`; nothing when it has no repository, an empty part, or an empty tag.
///
/// A single part in front of the repository is a registry only if it has a `.` or a `:`, else a
/// name space. With more parts the first is the registry; a reference of more than three parts,
/// which older clients refuse, needs such a registry in front.
std::optional<image_name> parse_image_name(std::string_view text);

/// True when `text` ends in `@sha256:` and 64 hex digits of either case: it names its content, and
/// nobody need be asked.
bool has_digest(std::string_view text);

} // namespace codius::runtime
