#include "actors/host.hpp"
#include "runtime/pods/noop/noop_runtime.hpp"
#include "runtime/pods/oci/oci_runtime.hpp"

namespace codius::actors {

std::shared_ptr<runtime::pod_runtime> make_pod_runtime(const runtime::config& cfg) {
  if (cfg.pod_runtime == runtime::pod_runtime_kind::noop)
    return std::make_shared<runtime::noop_runtime>();
  runtime::oci_options options;
  options.state_dir = cfg.root;
  options.run_dir = cfg.run_dir;
  options.oci_runtime = cfg.oci_runtime;
  options.insecure_registries = cfg.insecure_registries;
  options.pull_time_limit = cfg.pull_timeout;
  options.subnet = cfg.pod_subnet;
  return std::make_shared<runtime::oci_runtime>(std::move(options));
}

} // namespace codius::actors
