#include "runtime/pods/oci/oci_runtime.hpp"

#include "runtime/pods/oci/file_log.hpp"
#include "runtime/pods/oci/pod_host.hpp"

namespace codius::runtime {

oci_runtime::oci_runtime(oci_options options)
  : host_(std::make_unique<oci::pod_host>(std::move(options))) {}
oci_runtime::~oci_runtime() = default;

status oci_runtime::prepare_host() { return host_->prepare(); }

status oci_runtime::ensure_images(const pod_spec& spec, const progress& tell,
                                  std::stop_token stop) {
  return host_->ensure_images(spec, tell, std::move(stop));
}

result<pod_address> oci_runtime::start(const pod_spec& spec) { return host_->start(spec); }

status oci_runtime::remove(const pod_id& id) { return host_->remove(id); }

result<std::optional<observed_pod>> oci_runtime::inspect(const pod_id& id) {
  return host_->inspect(id);
}

result<std::vector<observed_pod>> oci_runtime::list() { return host_->list(); }

result<pod_usage> oci_runtime::usage(const pod_id& id) { return host_->usage(id); }

result<std::shared_ptr<pod_log>> oci_runtime::open_log(const pod_id& id, size_t containers) {
  if (!is_pod_id(id.text))
    return error{errc::invalid, "not a pod id"};
  std::vector<std::string> dirs;
  const auto& options = host_->about().options;
  const oci::pod_paths paths{options.state_dir, options.run_dir, id};
  for (size_t i = 0; i < containers; ++i)
    dirs.push_back(paths.state_of(i));
  const std::lock_guard lock{watching_};
  if (!watch_) {
    auto made = oci::dir_watch::make();
    if (!made)
      return made.error();
    watch_ = std::move(*made);
  }
  return std::shared_ptr<pod_log>{std::make_shared<oci::file_log>(std::move(dirs), watch_)};
}

status oci_runtime::sweep() { return host_->sweep(); }

status oci_runtime::release_host() { return host_->release(); }

std::string oci_runtime::describe() const {
  const auto& on = host_->about();
  return on.with.kind + " " + on.with.version + ", "
         + (on.user_namespaces ? "user namespaces" : "no user namespaces") + ", cgroup "
         + to_string(on.groups.layout().kind) + ", " + on.options.bridge + " " + on.pods.text();
}

std::vector<std::string> oci_runtime::warnings() const {
  const auto& on = host_->about();
  std::vector<std::string> out;
  if (auto old = version_warning(on.with); !old.empty())
    out.push_back(std::move(old));
  if (!on.user_namespaces)
    out.push_back(
      "pods run without user namespaces"
      + (on.without_because.empty() ? std::string{", as set"} : ":" + on.without_because));
  return out;
}

std::string oci_runtime::log_file(const pod_id& id, size_t container) const {
  const auto& options = host_->about().options;
  return oci::pod_paths{options.state_dir, options.run_dir, id}.state_of(container) + "/log";
}

} // namespace codius::runtime
