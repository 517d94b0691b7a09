// What the kernel counts of a pod, on either version of its control groups.
#include "runtime/pods/oci/cgroups.hpp"
#include "runtime/pods/oci/files.hpp"

#include <charconv>
#include <optional>
#include <sstream>

namespace codius::runtime::oci {

namespace {

/// A file of one number; after `key` and a blank, if there is a key.
result<uint64_t> read_count(const std::string& path, std::string_view key = {}) {
  const auto text = read_text(path);
  if (!text)
    return text.error();
  std::istringstream lines{*text};
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest{line};
    if (!key.empty()) {
      if (!rest.starts_with(key) || rest.substr(key.size(), 1) != " ")
        continue;
      rest.remove_prefix(key.size() + 1);
    }
    uint64_t n = 0;
    const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (ec == std::errc{} && end == rest.data() + rest.size())
      return n;
    break;
  }
  return error{errc::io, "no number in " + path};
}

/// Memory of a group of v1, whose old kernels count a group without those below.
result<uint64_t> v1_memory(const std::string& dir) {
  auto own = read_count(dir + "/memory.usage_in_bytes");
  const auto nested = read_count(dir + "/memory.use_hierarchy");
  if (!own || !nested || *nested != 0)
    return own;
  const auto names = names_in(dir);
  if (!names)
    return names.error();
  for (const auto& name : *names)
    if (const auto below = dir + "/" + name; exists(below + "/memory.usage_in_bytes")) {
      const auto more = v1_memory(below);
      if (!more)
        return more;
      *own += *more;
    }
  return own;
}

} // namespace

/// The hierarchy that has the controller; empty when none has.
std::string cgroups::tree_of(std::string_view controller) const {
  if (layout_.kind == cgroup_layout::version::v2)
    return layout_.root;
  for (const auto& tree : layout_.trees) {
    std::istringstream names{tree.substr(tree.find_last_of('/') + 1)};
    for (std::string part; std::getline(names, part, ',');)
      if (part == controller)
        return tree;
  }
  return {};
}

result<pod_usage> cgroups::usage(const std::string& name) const {
  const auto dir = [&](std::string_view controller) { return tree_of(controller) + path_of(name); };
  if (!exists(dir("memory")))
    return error{errc::not_found, "no group " + name};
  const bool v2 = layout_.kind == cgroup_layout::version::v2;
  const auto memory
    = v2 ? read_count(dir("memory") + "/memory.current") : v1_memory(dir("memory"));
  const auto cpu = v2 ? read_count(dir("cpu") + "/cpu.stat", "usage_usec")
                      : read_count(dir("cpuacct") + "/cpuacct.usage"); // nanoseconds
  const auto tasks = read_count(dir("pids") + "/pids.current");
  for (const auto* each : {&memory, &cpu, &tasks})
    if (!*each)
      return each->error();
  const std::chrono::microseconds cpu_time{static_cast<int64_t>(v2 ? *cpu : *cpu / 1000)};
  return pod_usage{*memory, cpu_time, *tasks};
}

} // namespace codius::runtime::oci
