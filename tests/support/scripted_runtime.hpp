#pragma once
#include "runtime/pods/memory_log.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace codius::tests {

/// A pod runtime that does what the test says, and remembers what it was asked.
class scripted_runtime final : public runtime::pod_runtime {
public:
  std::vector<std::string> asked;         ///< "start a", "remove a", …
  std::map<pod_id, bool> pods;            ///< what runs (false: ended by itself)
  std::deque<error> start_failures;       ///< the next starts fail with these
  std::deque<error> remove_failures;      ///< the next removals fail with these
  std::optional<error> image_failure;     ///< every fetch fails with this
  std::optional<error> silence;           ///< inspect and list answer this
  std::optional<error> log_failure;       ///< opening a log fails with this
  std::map<pod_id, std::shared_ptr<runtime::pod_log>> logs; ///< else one in memory is made
  int logs_opened = 0;

  std::string name() const override { return "scripted"; }
  status prepare_host() override { return ok(); }
  status ensure_images(const pod_spec&, const runtime::progress&, std::stop_token) override {
    if (image_failure)
      return *image_failure;
    return ok();
  }
  result<pod_address> start(const pod_spec& spec) override {
    note("start", spec.id);
    if (!start_failures.empty()) {
      auto why = start_failures.front();
      start_failures.pop_front();
      return why;
    }
    pods[spec.id] = true;
    return pod_address{"10.88.0.2", spec.port};
  }
  status remove(const pod_id& id) override {
    note("remove", id);
    if (!remove_failures.empty()) {
      auto why = remove_failures.front();
      remove_failures.pop_front();
      return why;
    }
    pods.erase(id);
    return ok();
  }
  result<std::optional<runtime::observed_pod>> inspect(const pod_id& id) override {
    if (silence)
      return *silence;
    const auto at = pods.find(id);
    if (at == pods.end())
      return std::optional<runtime::observed_pod>{};
    return std::optional{observed(id, at->second)};
  }
  result<std::vector<runtime::observed_pod>> list() override {
    if (silence)
      return *silence;
    std::vector<runtime::observed_pod> out;
    for (const auto& [id, running] : pods)
      out.push_back(observed(id, running));
    return out;
  }
  result<std::shared_ptr<runtime::pod_log>> open_log(const pod_id& id, size_t) override {
    ++logs_opened;
    if (log_failure)
      return *log_failure;
    auto& log = logs[id];
    if (!log)
      log = std::make_shared<runtime::memory_log>();
    return log;
  }
  status sweep() override { return ok(); }
  status release_host() override { return ok(); }

  bool runs(const pod_id& id) const {
    const auto at = pods.find(id);
    return at != pods.end() && at->second;
  }
  long count(const std::string& what) const {
    return std::count(asked.begin(), asked.end(), what);
  }

private:
  void note(const char* what, const pod_id& id) {
    asked.push_back(std::string{what} + " " + id.text.substr(0, 1));
  }
  static runtime::observed_pod observed(const pod_id& id, bool running) {
    using condition = runtime::observed_pod::condition;
    return {id, running ? condition::running : condition::stopped, {"10.88.0.2", 8080}, {}};
  }
};

} // namespace codius::tests
