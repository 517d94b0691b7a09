#pragma once
#include "messages/env.hpp"
#include "messages/pod.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/stopper.hpp"
#include "runtime/client/upload_options.hpp"
#include "runtime/manifest/generate.hpp"

#include <functional>
#include <string>
#include <vector>

namespace codius::client {

/// Octets of the largest file that is read.
inline constexpr size_t max_source_bytes = 1 << 20;

struct manifest_sources {
  runtime::source_file codius;
  runtime::source_file vars;
  bool has_vars_file = true;
};

/// Reads both files. A vars file that nobody named need not be there. Fails (1) naming the file.
outcome<manifest_sources> read_sources(const upload_options& options);

struct made_manifest {
  runtime::json complete; ///< `{manifest, private?}`: holds secrets
  pod_id hash;
  std::vector<std::string> images; ///< "nginx:1.25 is nginx@sha256:…" for each that was looked up
};

/// Makes the manifest, asking registries in a thread of its own, and calls `on_image` with each
/// image before it is asked for. Fails: 1, or 4 when a registry is too slow; stopped (4, 130).
asio::awaitable<outcome<made_manifest>> make_manifest(manifest_sources sources,
                                                      std::vector<std::string> insecure_registries,
                                                      env world, stopper& stop,
                                                      std::function<void(std::string)> on_image);

/// True when some of the manifest's variables are private.
bool has_private_vars(const runtime::json& manifest);

/// The manifest with its private variables made public, their values hidden: for a quote from a
/// host that gives none without private values, which are none of its business yet. Same price,
/// another hash.
runtime::json stand_in(const runtime::json& manifest);

} // namespace codius::client
