#pragma once
#include "messages/pod.hpp"
#include "runtime/pods/oci/oci_options.hpp"

// What a pod said before it was made anew: why it exited, most likely. Kept beside the new output,
// as `log.before`, and gone with the pod. A log is no reason to refuse a start, so nothing here
// fails.

namespace codius::runtime::oci {

/// Puts the logs of a pod aside that is about to be taken apart.
void keep_last_logs(const oci_options& options, const pod_id& id, size_t containers);
/// Gives them to the pod that was made instead.
void hand_last_logs(const oci_options& options, const pod_id& id, size_t containers);
/// Removes what was put aside for one pod, or for all.
void drop_last_logs(const oci_options& options, const pod_id& id);
void drop_all_last_logs(const oci_options& options);

} // namespace codius::runtime::oci
