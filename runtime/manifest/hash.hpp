#pragma once
#include "messages/pod.hpp"
#include "runtime/base/json.hpp"

#include <string>

namespace codius::runtime {

/// The hash that names a pod: lower-case base32 of the SHA-256 of the canonical JSON of
/// `manifest`, which is the `manifest` member alone, never the object around it.
pod_id hash_manifest(const json& manifest);

/// What `manifest.vars.NAME.value` must be for the private variable `{nonce, value}`: lower-case
/// hex of the SHA-256 of its canonical JSON.
std::string hash_private_var(const json& private_var);

} // namespace codius::runtime
