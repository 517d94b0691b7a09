#pragma once
#include "runtime/client/command_line.hpp"
#include "runtime/client/upload_options.hpp"
#include "runtime/client/upload_report.hpp"

namespace codius::client {

/// `codius upload`: makes the manifest, asks the host for its price, asks the person, pays, and
/// says where the pod is.
int run_upload(const given_options& options, const program_world& world);

/// The same as a value, for `run_upload` and tests; writes progress alone. Blocks; installs
/// handlers for SIGINT and SIGTERM for its duration.
upload_result upload(const upload_options& options, const program_world& world);

} // namespace codius::client
