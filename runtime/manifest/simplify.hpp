#pragma once
#include "runtime/base/json.hpp"

namespace codius::runtime {

/// The manifest as a person reads it: `{manifest: {name, version, machine?, containers}}` with
/// every variable filled in, private ones too. It drops `port`, `debug`, `vars` and `private`, and
/// its hash is not that of the manifest: for looking at, not for uploading.
///
/// Errors: `invalid`, with the list of `validate_manifest`.
result<json> simplify_manifest(const json& complete);

} // namespace codius::runtime
