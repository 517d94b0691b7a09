#pragma once
#include "runtime/pods/oci/host.hpp"

namespace codius::runtime::oci {

/// Really runs one container on this machine, as making the machine ready for pods would, but with
/// control groups of its own, and directories below two that must exist, one on a disk and one that
/// everybody may pass through; all of it is gone afterwards. For an operator who wants to know before a host runs here. Blocks for seconds.
/// Errors: `unavailable`, with what each engine said; `io`.
result<host> try_out(oci_options options, const std::string& on_disk,
                     const std::string& passable);

} // namespace codius::runtime::oci
