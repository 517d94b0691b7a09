#include "runtime/pods/oci/bundle.hpp"
#include "runtime/pods/oci/seccomp.hpp"

#include <doctest/doctest.h>
#include <linux/capability.h>

#include <set>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/bundle");

namespace {

bundle_plan some_plan() {
  bundle_plan plan;
  plan.process = {{"/bin/web", "-p", "80"}, {"A=\"1\""}, "/srv"};
  plan.user = {1000, 1001, {4, 5}, "/srv"};
  plan.rootfs = "/run/x/root";
  plan.cgroup = "/codius0/p0007/0";
  plan.namespace_dir = "/run/x/ns";
  plan.ids = id_range{0x70000000};
  plan.shm_dir = "/run/x/shm";
  plan.hosts_file = "/run/x/hosts";
  plan.resolv_file = "/run/x/resolv.conf";
  plan.limits = {512ull << 20, 100'000, 512};
  return plan;
}

json config_of(const bundle_plan& plan) {
  auto parsed = parse_json(bundle_config(plan));
  REQUIRE(parsed);
  return *parsed;
}

const json& at(const json& value, std::initializer_list<const char*> names) {
  const json* here = &value;
  for (const char* name : names) {
    CAPTURE(name);
    REQUIRE(here->find(name) != nullptr);
    here = here->find(name);
  }
  return *here;
}

const json* mount_at(const json& config, std::string_view destination) {
  for (const auto& mount : *at(config, {"mounts"}).array())
    if (*mount.find_text("destination") == destination)
      return &mount;
  return nullptr;
}

std::set<std::string> namespace_types(const json& config, bool joined) {
  std::set<std::string> out;
  for (const auto& one : *at(config, {"linux", "namespaces"}).array())
    if ((one.find("path") != nullptr) == joined)
      out.insert(*one.find_text("type"));
  return out;
}

const json_array& rules() {
  static const json profile = seccomp_profile();
  return *profile.find("syscalls")->array();
}

std::set<std::string> allowed_without_conditions() {
  std::set<std::string> out;
  for (const auto& rule : rules())
    if (rule.find("args") == nullptr)
      for (const auto& name : *rule.find("names")->array())
        out.insert(*name.text());
  return out;
}

} // namespace

TEST_CASE("the process is what was planned, without a way to more rights") {
  const auto config = config_of(some_plan());
  CHECK(*config.find_text("ociVersion") == "1.0.2");
  CHECK(config.find("hostname") == nullptr); // it would rename the namespace that is joined
  const auto& process = at(config, {"process"});
  CHECK(dump(at(process, {"args"})) == R"(["/bin/web","-p","80"])");
  CHECK(dump(at(process, {"env"})) == R"(["A=\"1\""])");
  CHECK(dump(at(process, {"cwd"})) == R"("/srv")");
  CHECK(dump(at(process, {"user"})) == R"({"uid":1000,"gid":1001,"additionalGids":[4,5]})");
  CHECK(*at(process, {"noNewPrivileges"}).boolean());
  CHECK_FALSE(*at(process, {"terminal"}).boolean());
  CHECK(at(process, {"capabilities"}).find("inheritable") == nullptr);
  CHECK(at(process, {"capabilities"}).find("ambient") == nullptr);
  CHECK(at(process, {"capabilities", "bounding"}).array()->size() == 7);
}

TEST_CASE("limits are never absent, zero or above the daemon's own") {
  auto plan = some_plan();
  plan.limits.pids = 0;
  plan.daemon.max_files = 600;
  plan.daemon.oom_score_adj = 900;
  const auto config = config_of(plan);
  const auto& resources = at(config, {"linux", "resources"});
  CHECK(*at(resources, {"memory", "limit"}).number() == 536870912);
  CHECK(*at(resources, {"memory", "swap"}).number() == 536870912);
  CHECK(*at(resources, {"cpu", "quota"}).number() == 100000);
  CHECK(*at(resources, {"pids", "limit"}).number() == 1);
  CHECK(dump(at(resources, {"devices"})) == R"([{"allow":false,"access":"rwm"}])");
  const auto& files = at(config, {"process", "rlimits"}).array()->at(0);
  CHECK(*at(files, {"hard"}).number() == 600);
  CHECK(*at(files, {"soft"}).number() == 600);
  CHECK(*at(config, {"process", "oomScoreAdj"}).number() == 900);
}

TEST_CASE("with a user namespace the pod's namespaces are joined and its ids mapped") {
  const auto config = config_of(some_plan());
  CHECK(namespace_types(config, true) == std::set<std::string>{"user", "network", "ipc", "uts"});
  CHECK(namespace_types(config, false) == std::set<std::string>{"pid", "mount", "cgroup"});
  CHECK(dump(at(config, {"linux", "uidMappings"}))
        == R"([{"containerID":0,"hostID":1879048192,"size":65536}])");
  CHECK(at(config, {"linux", "gidMappings"}) == at(config, {"linux", "uidMappings"}));
}

TEST_CASE("without one there is no mapping, and only rights that the daemon has are asked for") {
  auto plan = some_plan();
  plan.ids.reset();
  plan.daemon.capabilities = 1ull << CAP_CHOWN | 1ull << CAP_KILL | 1ull << CAP_SYS_ADMIN;
  const auto config = config_of(plan);
  CHECK(namespace_types(config, true) == std::set<std::string>{"network", "ipc", "uts"});
  CHECK(at(config, {"linux"}).find("uidMappings") == nullptr);
  CHECK(dump(at(config, {"process", "capabilities", "effective"}))
        == R"(["CAP_CHOWN","CAP_KILL"])");
}

TEST_CASE("mounts are those of a small machine, and the host's files come read-only") {
  auto plan = some_plan();
  plan.read_only_binds = {{"/usr", "/usr"}};
  const auto config = config_of(plan);
  for (const char* needed : {"/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys",
                             "/sys/fs/cgroup", "/etc/hosts", "/etc/resolv.conf", "/usr"})
    CHECK_MESSAGE(mount_at(config, needed) != nullptr, needed);
  CHECK(mount_at(config, "/etc/hostname") == nullptr); // none was planned
  for (const char* read_only : {"/sys", "/sys/fs/cgroup", "/etc/hosts", "/etc/resolv.conf", "/usr"})
    CHECK_MESSAGE(dump(*mount_at(config, read_only)->find("options")).find("\"ro\"")
                    != std::string::npos,
                  read_only);
  CHECK(at(config, {"linux", "maskedPaths"}).array()->size() >= 12);
}

TEST_CASE("system calls that ordinary servers make are allowed") {
  const auto allowed = allowed_without_conditions();
  for (const char* name : {"read", "openat", "accept4", "epoll_wait", "futex", "mmap", "execve",
                           "wait4", "setgroups", "sendfile", "getrandom", "rseq", "statx",
                           "eventfd2", "memfd_create", "mknodat", "io_setup", "prctl"})
    CHECK_MESSAGE(allowed.contains(name), name);
}

TEST_CASE("system calls that open doors are not") {
  const auto allowed = allowed_without_conditions();
  for (const char* name : {"unshare",     "setns",
                           "mount",       "umount2",
                           "pivot_root",  "clone",
                           "clone3",      "socket",
                           "ptrace",      "process_vm_readv",
                           "bpf",         "perf_event_open",
                           "userfaultfd", "keyctl",
                           "add_key",     "io_uring_setup",
                           "init_module", "kexec_load",
                           "reboot",      "open_by_handle_at",
                           "chroot",      "personality",
                           "ioctl",       "settimeofday",
                           "fsopen",      "move_mount",
                           "quotactl"})
    CHECK_MESSAGE(!allowed.contains(name), name);
}

TEST_CASE("conditions: no new namespaces, known socket families, no typing for others") {
  std::set<double> families;
  for (const auto& rule : rules()) {
    if (rule.find("args") == nullptr)
      continue;
    const auto& name = *rule.find("names")->array()->at(0).text();
    const auto& first = rule.find("args")->array()->at(0);
    if (name == "socket")
      families.insert(*first.find("value")->number());
    if (name == "clone")
      CHECK(*first.find("value")->number() == 0x7e020000);
    if (name == "ioctl")
      CHECK(*first.find_text("op") == "SCMP_CMP_NE");
  }
  CHECK(families == std::set<double>{1, 2, 10, 16});
  const auto profile = seccomp_profile();
  CHECK(*profile.find_text("defaultAction") == "SCMP_ACT_ERRNO");
  CHECK(*profile.find("defaultErrnoRet")->number() == 38);
  CHECK(profile.find("architectures")->array()->size() == 1);
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
