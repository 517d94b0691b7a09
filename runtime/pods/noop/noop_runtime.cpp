#include "runtime/pods/noop/noop_runtime.hpp"

namespace codius::runtime {

noop_runtime::noop_runtime(noop_options options) : options_(std::move(options)) {}

status noop_runtime::prepare_host() { return ok(); }

status noop_runtime::ensure_images(const pod_spec& spec, const progress& tell,
                                   std::stop_token stop) {
  if (stop.stop_requested())
    return error{errc::unavailable, "stopped"};
  if (tell)
    for (const auto& container : spec.containers)
      tell("pulling " + container.image);
  return ok();
}

result<pod_address> noop_runtime::start(const pod_spec& spec) {
  if (!is_pod_id(spec.id.text))
    return error{errc::invalid, "not a pod id"};
  observed_pod pod;
  pod.id = spec.id;
  pod.address = {options_.address.ip,
                 spec.port != 0 && options_.address.port != 0 ? options_.address.port : spec.port};
  const std::lock_guard lock{mutex_};
  return pods_.try_emplace(spec.id, std::move(pod)).first->second.address;
}

status noop_runtime::remove(const pod_id& id) {
  const std::lock_guard lock{mutex_};
  pods_.erase(id);
  logs_.erase(id);
  return ok();
}

result<std::optional<observed_pod>> noop_runtime::inspect(const pod_id& id) {
  const std::lock_guard lock{mutex_};
  const auto found = pods_.find(id);
  return found == pods_.end() ? std::nullopt : std::optional{found->second};
}

result<std::vector<observed_pod>> noop_runtime::list() {
  const std::lock_guard lock{mutex_};
  std::vector<observed_pod> out;
  for (const auto& [id, pod] : pods_)
    out.push_back(pod);
  return out;
}

result<std::shared_ptr<pod_log>> noop_runtime::open_log(const pod_id& id, size_t containers) {
  const std::lock_guard lock{mutex_};
  auto& log = logs_[id];
  if (!log) {
    log = std::make_shared<memory_log>();
    for (size_t i = 0; i < containers; ++i)
      log->write({i, true, "the noop pod runtime runs nothing\n"});
  }
  return std::shared_ptr<pod_log>{log};
}

status noop_runtime::sweep() { return ok(); }

status noop_runtime::release_host() {
  const std::lock_guard lock{mutex_};
  if (!pods_.empty())
    return error{errc::busy, std::to_string(pods_.size()) + " pods are left"};
  return ok();
}

} // namespace codius::runtime
