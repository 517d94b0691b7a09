#pragma once
#include "messages/error.hpp"
#include "runtime/pods/oci/image_reference.hpp"

#include <string>

namespace codius::runtime::oci {

/// The one image that needs no registry: the host carries it in itself, for its self-test. It holds
/// one program (runtime/self_test_pod/). Its name ends in `.invalid`, which no registry can have
/// (RFC 6761); its digest is that of this build. Anybody may use it.
///
/// "codius.invalid/self-test@sha256:…"
const std::string& builtin_image();

/// Whether a reference has that name; its digest may be that of another build.
bool is_builtin(const image_reference& image);

/// Writes the image as an OCI image layout with the reference name "image" into `dir`, which is
/// made. The same octets each time. Errors: `io`; `image_unavailable` for the digest of another
/// build.
status write_builtin_layout(const image_reference& image, const std::string& dir);

} // namespace codius::runtime::oci
