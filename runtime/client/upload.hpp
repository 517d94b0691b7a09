#pragma once
#include "runtime/client/command_line.hpp"
#include "runtime/client/purchase_report.hpp"
#include "runtime/client/upload_options.hpp"

namespace codius::client {

/// `codius upload`.
std::span<const command_spec> upload_commands();

/// Makes the manifest, finds hosts, asks for their prices, asks the person, pays,
/// records the pod, and says where it is.
int run_upload(const given_options& options, const program_world& world);

/// The same as a value, for `run_upload` and tests; writes progress and the state file alone.
/// Blocks; installs handlers for SIGINT and SIGTERM for its duration.
run_report upload(const upload_options& options, const program_world& world);

} // namespace codius::client
