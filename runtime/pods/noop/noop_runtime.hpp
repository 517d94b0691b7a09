#pragma once
#include "runtime/pods/memory_log.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <mutex>

namespace codius::runtime {

struct noop_options {
  /// Where every pod is said to be, e.g. one test server behind all of them. A port of 0 means the
  /// pod's own port.
  pod_address address{"127.0.0.1", 0};
};

/// Keeps pods in memory and runs nothing: for tests, benchmarks and dry runs. Makes no system
/// call. Any thread.
class noop_runtime final : public pod_runtime {
public:
  explicit noop_runtime(noop_options options = {});

  std::string name() const override { return "noop"; }
  status prepare_host() override;
  status ensure_images(const pod_spec& spec, const progress& tell, std::stop_token stop) override;
  result<pod_address> start(const pod_spec& spec) override;
  status remove(const pod_id& id) override;
  result<std::optional<observed_pod>> inspect(const pod_id& id) override;
  result<std::vector<observed_pod>> list() override;
  /// One line a container, which says that nothing runs.
  result<std::shared_ptr<pod_log>> open_log(const pod_id& id, size_t containers) override;
  status sweep() override;
  /// Errors: `busy` while a pod is left.
  status release_host() override;

private:
  const noop_options options_;
  std::mutex mutex_;
  std::map<pod_id, observed_pod> pods_;
  std::map<pod_id, std::shared_ptr<memory_log>> logs_;
};

} // namespace codius::runtime
