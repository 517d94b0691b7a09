#pragma once
#include "messages/env.hpp"
#include "runtime/base/json.hpp"
#include "runtime/manifest/validate.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codius::runtime {

/// A file as it was read: its path is for messages.
struct source_file {
  std::string path;
  std::string text;
};

/// Turns an image reference into one that names its content, `name@sha256:…`.
using image_to_digest = std::function<result<std::string>(const std::string& image)>;

/// One thing wrong with a codius file, a vars file, or what they make together.
struct source_problem {
  enum class stage : uint8_t { codius_file, vars_file, together };
  stage found_in;
  bool in_vars_file;     ///< where the culprit stands: else in the codius file
  manifest_problem what; ///< its `place` is in that file
  json shown;            ///< as the library lists it
};

/// What the two files make, with the images as they were written; or everything that is wrong with
/// them, first the codius file, then the vars file; what they make together if each is fine.
struct merged_sources {
  json complete;
  std::vector<source_problem> problems;
};
merged_sources merge_sources(const json& codius, const json& vars, const env& env);

/// An image that could not be resolved, and why.
struct unresolved_image {
  size_t container; ///< the first that wants it
  error why;
};
/// Resolves the images of a manifest whose shape is right, equal ones once.
std::optional<unresolved_image> resolve_images(json& manifest, const image_to_digest& resolve);

/// The manifest is larger than a host takes; empty: it is not.
std::string explain_size(const json& manifest);

/// Makes the complete manifest `{manifest, private?}` that is uploaded, from a codius file and a
/// vars file (JSON, a byte order mark is skipped).
///
/// Public variables of the vars file replace those of the codius file; each private one gets a
/// fresh nonce of 16 random bytes, so a manifest with private variables has another hash each time:
/// keep the answer to extend its pod. Empty environments and all descriptions are removed, since
/// hosts refuse descriptions. Last, each image is resolved, equal ones once.
///
/// Errors: `malformed` (not JSON: path, line and column) and `invalid` (path and a list of what is
/// wrong, or the size), with values never shown; and what `resolve` answers. Calls `resolve` on
/// this thread, so it blocks as long as that does.
result<json> generate_manifest(const source_file& codius, const source_file& vars, const env& env,
                               const image_to_digest& resolve);

} // namespace codius::runtime
