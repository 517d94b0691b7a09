#pragma once
#include "runtime/pods/oci/host.hpp"
#include "runtime/pods/oci/image_store.hpp"
#include "runtime/pods/oci/pod_record.hpp"

namespace codius::runtime::oci {

/// One container, worked out before anything of the pod exists.
struct container_plan {
  stored_image image;
  process_user user;
  process_plan process;
};

/// Works out what every container of a pod runs. Errors: `start_failed`, `image_unavailable`; the
/// detail names the container as the manifest does.
result<std::vector<container_plan>> plan_containers(const pod_spec& spec,
                                                    const image_store& images);

/// A pod's host name: the beginning of its id.
std::string hostname_of(const pod_id& id);

/// Makes a pod from nothing and starts it. Fills in the containers of `record`, whose first form
/// must be written already. On failure the caller takes everything apart. Errors: `start_failed`,
/// `io`.
status make_pod(const host& on, const pod_spec& spec, const std::vector<container_plan>& plans,
                pod_record& record);

/// Takes a pod apart: processes, engine state, control groups, network, mounts, files; its record
/// goes last. Works for a pod in any state, of any earlier process; call again after an error.
/// Errors: `io`.
status tear_down(const oci_options& options, const cgroups& groups, const pod_record& record);

} // namespace codius::runtime::oci
