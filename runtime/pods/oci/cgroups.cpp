#include "runtime/pods/oci/cgroups.hpp"

#include "runtime/pods/oci/files.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <set>
#include <sstream>

namespace codius::runtime::oci {
namespace {

constexpr std::string_view top_mount = "/sys/fs/cgroup";
constexpr const char* monitors = "monitors";

bool is_controller(const std::string& tree, std::string_view name) {
  const auto base = std::string_view{tree}.substr(tree.find_last_of('/') + 1);
  std::istringstream names{std::string{base}};
  for (std::string part; std::getline(names, part, ',');)
    if (part == name)
      return true;
  return false;
}

// A kernel without swap accounting has no memsw file; the memory limit alone is then the whole.
status set_v1(const std::string& tree, const std::string& dir, const container_limits& limits) {
  const auto set = [&](const char* file, uint64_t value) {
    return write_text(dir + "/" + file, std::to_string(value));
  };
  if (is_controller(tree, "memory")) {
    if (auto done = set("memory.limit_in_bytes", limits.memory_bytes); !done)
      return done;
    if (exists(dir + "/memory.memsw.limit_in_bytes"))
      return set("memory.memsw.limit_in_bytes", limits.memory_bytes);
  }
  if (is_controller(tree, "cpu")) {
    if (auto done = set("cpu.cfs_period_us", 100'000); !done)
      return done;
    return set("cpu.cfs_quota_us", limits.cpu_quota_us);
  }
  return is_controller(tree, "pids") ? set("pids.max", limits.pids) : ok();
}

status set_v2(const std::string& dir, const container_limits& limits) {
  const std::pair<const char*, std::string> values[]
    = {{"memory.max", std::to_string(limits.memory_bytes)},
       {"memory.swap.max", "0"},
       {"cpu.max", std::to_string(limits.cpu_quota_us) + " 100000"},
       {"pids.max", std::to_string(limits.pids)}};
  for (const auto& [file, value] : values)
    if (auto done = write_text(dir + "/" + file, value);
        !done && (std::string_view{file} != "memory.swap.max" || exists(dir + "/" + file)))
      return done;
  return ok();
}

void kill_all(const std::string& dir) {
  if (write_text(dir + "/cgroup.kill", "1"))
    return;
  const auto procs = read_text(dir + "/cgroup.procs");
  if (!procs)
    return;
  std::istringstream lines{*procs};
  for (long pid = 0; lines >> pid;)
    if (pid > 1 && pid != ::getpid())
      ::kill(static_cast<pid_t>(pid), SIGKILL);
}

// Leaf first. False while a group is still in use.
bool remove_groups(const std::string& dir) {
  struct stat st {};
  const auto names = names_in(dir);
  if (!names)
    return false;
  for (const auto& name : *names)
    if (const auto below = dir + "/" + name;
        ::lstat(below.c_str(), &st) == 0 && S_ISDIR(st.st_mode) && !remove_groups(below))
      return false;
  if (::rmdir(dir.c_str()) == 0 || errno == ENOENT)
    return true;
  kill_all(dir);
  return false;
}

} // namespace

const char* to_string(cgroup_layout::version kind) {
  switch (kind) {
    case cgroup_layout::version::v1: return "v1";
    case cgroup_layout::version::hybrid: return "v1 with a v2 tree";
    case cgroup_layout::version::v2: return "v2";
  }
  return "?";
}

result<cgroup_layout> read_cgroup_layout(std::string_view mountinfo,
                                         std::string_view unified_controllers) {
  cgroup_layout out;
  out.kind = cgroup_layout::version::v1;
  std::istringstream lines{std::string{mountinfo}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string word, point, type;
    for (int i = 0; i < 5 && words >> word; ++i)
      point = word;
    while (words >> word && word != "-") {
    }
    words >> type;
    if (point == top_mount && type == "cgroup2")
      return cgroup_layout{cgroup_layout::version::v2, point, {point}, false};
    if (!point.starts_with(std::string{top_mount} + "/"))
      continue;
    if (type == "cgroup2") {
      out.kind = cgroup_layout::version::hybrid;
      out.v2_tree_has_controllers
        = unified_controllers.find_first_not_of(" \n") != std::string_view::npos;
    }
    if (type == "cgroup" || type == "cgroup2")
      out.trees.push_back(point);
  }
  if (out.trees.empty())
    return error{errc::io, "no control groups are mounted at /sys/fs/cgroup; mount them (any "
                           "systemd, or the cgroupfs-mount package, does)"};
  return out;
}

result<cgroup_layout> detect_cgroups() {
  const auto mountinfo = read_text("/proc/self/mountinfo", 16 << 20);
  if (!mountinfo)
    return mountinfo.error();
  const auto controllers = read_text(std::string{top_mount} + "/unified/cgroup.controllers");
  return read_cgroup_layout(*mountinfo, controllers ? *controllers : std::string{});
}

status cgroups::prepare() const {
  for (const auto& tree : layout_.trees) {
    if (auto made = make_dirs(tree + top_, 0755); !made)
      return made;
    if (layout_.kind == cgroup_layout::version::v2)
      for (const auto& dir : {tree, tree + top_})
        if (auto done = write_text(dir + "/cgroup.subtree_control", "+memory +cpu +pids"); !done)
          return error{errc::io,
                       done.error().detail + "; pods need the memory, cpu and pids controllers"};
  }
  return ok();
}

status cgroups::make_limited(const std::string& name, const container_limits& limits) const {
  for (const auto& tree : layout_.trees) {
    const auto dir = tree + path_of(name);
    const bool v2 = layout_.kind == cgroup_layout::version::v2;
    const bool limiting = v2 || is_controller(tree, "memory") || is_controller(tree, "cpu")
                          || is_controller(tree, "pids");
    if (!limiting)
      continue;
    if (auto made = make_dirs(dir, 0755); !made)
      return made;
    if (auto set = v2 ? set_v2(dir, limits) : set_v1(tree, dir, limits); !set)
      return set;
    if (!v2)
      continue;
    if (auto down = write_text(dir + "/cgroup.subtree_control", "+memory +cpu +pids"); !down)
      return down;
  }
  return ok();
}

void cgroups::adopt_monitor(pid_t pid) const {
  for (const auto& tree : layout_.trees) {
    const bool owned_by_systemd
      = tree == layout_.root || tree.ends_with("/systemd") || tree.ends_with("/unified");
    if (owned_by_systemd && make_dirs(tree + path_of(monitors), 0755))
      (void)write_text(tree + path_of(monitors) + "/cgroup.procs", std::to_string(pid));
  }
}

status cgroups::remove(const std::string& name) const { return remove_path(path_of(name)); }

status cgroups::release() const { return remove_path(top_); }

status cgroups::remove_path(const std::string& path) const {
  constexpr int tries = 100;
  for (const auto& tree : layout_.trees) {
    const auto dir = tree + path;
    int left = tries;
    while (exists(dir) && !remove_groups(dir) && --left > 0)
      ::poll(nullptr, 0, 10);
    if (left == 0)
      return os_error("cannot remove " + dir);
  }
  return ok();
}

std::vector<std::string> cgroups::pods() const {
  std::set<std::string> out;
  struct stat st {};
  for (const auto& tree : layout_.trees)
    if (const auto names = names_in(tree + top_))
      for (const auto& name : *names)
        if (name != monitors && ::lstat((tree + top_ + "/" + name).c_str(), &st) == 0
            && S_ISDIR(st.st_mode))
          out.insert(name);
  return {out.begin(), out.end()};
}

} // namespace codius::runtime::oci
