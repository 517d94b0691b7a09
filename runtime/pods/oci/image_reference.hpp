#pragma once
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace codius::runtime::oci {

/// A registry reference that is pinned to one manifest.
struct image_reference {
  std::string name;   ///< as given, without tag and digest: "127.0.0.1:5000/web", "nginx"
  std::string digest; ///< 64 characters of lower-case hex: the SHA-256 of the manifest
  /// What skopeo is asked for: "name@sha256:…".
  std::string pinned() const { return name + "@sha256:" + digest; }
  /// What the name begins with, if that is a registry: "127.0.0.1:5000"; else "docker.io".
  std::string registry() const;
};

/// Reads `name[:tag]@sha256:…`; a tag says nothing that the digest does not and is dropped.
/// Errors: `image_unavailable`, with a sentence that says how to pin a reference that has no
/// digest. Source: the reference grammar of the OCI distribution specification.
result<image_reference> parse_image_reference(std::string_view text);

} // namespace codius::runtime::oci
