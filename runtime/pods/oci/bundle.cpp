#include "runtime/pods/oci/bundle.hpp"

#include "runtime/pods/oci/seccomp.hpp"

#include <linux/capability.h>

#include <algorithm>

namespace codius::runtime::oci {
namespace {

json_array texts(const std::vector<std::string>& in) {
  json_array out;
  for (const auto& text : in)
    out.emplace_back(text);
  return out;
}

json mount(const char* destination, const char* type, const char* source, json_array options) {
  return json_object{{"destination", destination},
                     {"type", type},
                     {"source", source},
                     {"options", std::move(options)}};
}

json bind_mount(const std::string& destination, const std::string& source, json_array options) {
  return json_object{
    {"destination", destination}, {"type", "bind"}, {"source", source}, {"options", options}};
}

json mounts(const bundle_plan& plan) {
  const json_array file{"bind", "ro", "nosuid", "nodev", "noexec"};
  json_array out{
    mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
    mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=64k"}),
    mount("/dev/pts", "devpts", "devpts",
          {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}),
    mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
    mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}),
    mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"})};
  if (!plan.shm_dir.empty())
    out.push_back(
      bind_mount("/dev/shm", plan.shm_dir, {"bind", "rw", "nosuid", "noexec", "nodev"}));
  if (!plan.resolv_file.empty())
    out.push_back(bind_mount("/etc/resolv.conf", plan.resolv_file, file));
  if (!plan.hosts_file.empty())
    out.push_back(bind_mount("/etc/hosts", plan.hosts_file, file));
  if (!plan.hostname_file.empty())
    out.push_back(bind_mount("/etc/hostname", plan.hostname_file, file));
  for (const auto& [destination, source] : plan.read_only_binds)
    out.push_back(bind_mount(destination, source, {"bind", "ro", "nosuid", "nodev"}));
  return out;
}

json process(const bundle_plan& plan) {
  const auto capabilities
    = texts(container_capabilities(plan.ids ? ~0ull : plan.daemon.capabilities));
  json_array groups;
  for (const auto gid : plan.user.additional_gids)
    groups.emplace_back(gid);
  const auto files = std::min<uint64_t>(plan.daemon.max_files, 65536);
  const json_array limits{json_object{{"type", "RLIMIT_NOFILE"},
                                      {"soft", std::min<uint64_t>(files, 1024)},
                                      {"hard", files}},
                          json_object{{"type", "RLIMIT_CORE"}, {"soft", 0}, {"hard", 0}}};
  return json_object{{"terminal", false},
                     {"user", json_object{{"uid", plan.user.uid},
                                          {"gid", plan.user.gid},
                                          {"additionalGids", std::move(groups)}}},
                     {"args", texts(plan.process.args)},
                     {"env", texts(plan.process.env)},
                     {"cwd", plan.process.cwd},
                     {"noNewPrivileges", true},
                     {"capabilities", json_object{{"bounding", capabilities},
                                                  {"effective", capabilities},
                                                  {"permitted", capabilities}}},
                     {"rlimits", limits},
                     {"oomScoreAdj", std::max(500, plan.daemon.oom_score_adj)}};
}

json namespaces(const bundle_plan& plan) {
  json_array out;
  const auto join = [&](const char* type, const char* file) {
    out.push_back(json_object{{"type", type}, {"path", plan.namespace_dir + "/" + file}});
  };
  if (plan.ids)
    join("user", "user");
  join("network", "net");
  join("ipc", "ipc");
  join("uts", "uts");
  for (const char* own : {"pid", "mount", "cgroup"})
    out.push_back(json_object{{"type", own}});
  return out;
}

// A pids limit of 0 would mean "none" to some runtimes, and memory without swap "as much again".
json resources(const container_limits& limits) {
  const json_array no_devices{json_object{{"allow", false}, {"access", "rwm"}}};
  return json_object{
    {"devices", no_devices},
    {"memory", json_object{{"limit", limits.memory_bytes}, {"swap", limits.memory_bytes}}},
    {"cpu", json_object{{"shares", 1024}, {"quota", limits.cpu_quota_us}, {"period", 100'000}}},
    {"pids", json_object{{"limit", std::max<uint32_t>(limits.pids, 1)}}}};
}

json linux_part(const bundle_plan& plan) {
  json_object out{
    {"namespaces", namespaces(plan)},
    {"cgroupsPath", plan.cgroup},
    {"rootfsPropagation", "private"},
    {"resources", resources(plan.limits)},
    {"seccomp", seccomp_profile()},
    {"maskedPaths",
     json_array{"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
                "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
                "/proc/scsi", "/sys/firmware", "/sys/fs/selinux", "/sys/devices/virtual/powercap"}},
    {"readonlyPaths",
     json_array{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
  if (plan.ids) {
    // Older runc wants the mapping of a user namespace that it joins said again; newer ones and
    // crun accept it when it is the same.
    const json_array map{
      json_object{{"containerID", 0}, {"hostID", plan.ids->first}, {"size", id_range::size}}};
    out.set("uidMappings", map);
    out.set("gidMappings", map);
  }
  return out;
}

} // namespace

std::vector<std::string> container_capabilities(uint64_t held) {
  struct row {
    const char* name;
    int bit;
  };
  constexpr row kept[]
    = {{"CAP_CHOWN", CAP_CHOWN},   {"CAP_DAC_OVERRIDE", CAP_DAC_OVERRIDE},
       {"CAP_FOWNER", CAP_FOWNER}, {"CAP_SETGID", CAP_SETGID},
       {"CAP_SETUID", CAP_SETUID}, {"CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE},
       {"CAP_KILL", CAP_KILL}};
  std::vector<std::string> out;
  for (const auto& capability : kept)
    if ((held >> capability.bit & 1) != 0)
      out.emplace_back(capability.name);
  return out;
}

std::string bundle_config(const bundle_plan& plan) {
  // No hostname: a runtime would rename whatever uts namespace it joins.
  const json config = json_object{{"ociVersion", "1.0.2"},
                                  {"process", process(plan)},
                                  {"root", json_object{{"path", plan.rootfs}, {"readonly", false}}},
                                  {"mounts", mounts(plan)},
                                  {"linux", linux_part(plan)}};
  return dump(config);
}

} // namespace codius::runtime::oci
