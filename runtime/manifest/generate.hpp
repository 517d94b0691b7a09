#pragma once
#include "messages/env.hpp"
#include "runtime/base/json.hpp"

#include <functional>
#include <string>

namespace codius::runtime {

/// A file as it was read: its path is for messages.
struct source_file {
  std::string path;
  std::string text;
};

/// Turns an image reference into one that names its content, `name@sha256:…`.
using image_to_digest = std::function<result<std::string>(const std::string& image)>;

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
