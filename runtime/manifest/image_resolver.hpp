#pragma once
#include "messages/error.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace codius::runtime {

struct image_resolver_options {
  /// Registries, with their ports as images name them, that are spoken to without TLS or with a
  /// certificate that nobody vouches for. The first part of an image must equal one.
  std::vector<std::string> insecure_registries;
  std::string skopeo = "skopeo";                ///< a name for `find_program`, or a path
  std::chrono::milliseconds time_limit{60'000}; ///< for one image
};

/// Turns image references into ones that name their content, by asking the registry with skopeo.
///
/// What is fetched is the manifest that the tag points to, of one image or the index of several;
/// its SHA-256 is the digest. Logins are skopeo's own (`skopeo login`). Fits `image_to_digest`.
class image_resolver {
public:
  explicit image_resolver(image_resolver_options options);

  /// `[registry/][name/space/]repository@sha256:…` without the tag. An image that has a digest is
  /// left as it is, and nobody is asked.
  ///
  /// Errors: `invalid` (no image reference), `image_unavailable` (the registry does not have it, or
  /// sends what is no manifest), `rejected` (the registry wants a login or denies access),
  /// `unavailable` (no way to the registry, or no skopeo), `timed_out`. Blocks; any thread.
  result<std::string> resolve(const std::string& image, std::stop_token stop = {}) const;

private:
  bool is_insecure(const std::string& image) const;

  image_resolver_options options_;
};

/// What skopeo's stderr says of `image`, as an error with a code and a sentence.
error explain_skopeo(const std::string& image, const std::string& words);

/// What a person can do about a failure of `resolve`; empty: the words themselves say it.
std::string image_hint(const error& why);

} // namespace codius::runtime
