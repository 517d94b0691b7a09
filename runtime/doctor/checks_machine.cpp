// What makes pods.
#include "runtime/doctor/checks.hpp"

#include <array>

namespace codius::runtime::doctor {

namespace {

bool runs_pods(const facts& f) { return f.settings.pod_runtime == pod_runtime_kind::oci; }

finding fine(std::string what) { return {level::ok, std::move(what), {}}; }
finding unneeded() { return fine("not needed: pod_runtime is noop"); }

finding installed(const facts& f, const program& p, const char* package, const char* why) {
  if (!runs_pods(f))
    return unneeded();
  if (p.path.empty())
    return {level::fail, std::string{"missing: "} + why, std::string{"apt-get install "} + package};
  return fine(p.version.empty() ? p.path : p.version);
}

finding check_user(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (!f.root_user)
    return {level::fail, "making pods needs root, and this is another user",
            "sudo codiusd doctor; and start the host as root, e.g. by deploy/systemd"};
  return fine("root");
}

finding check_engine(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  const auto& wanted = f.settings.oci_runtime;
  const auto any = !f.crun.path.empty() || !f.runc.path.empty();
  if (wanted.empty() && !any)
    return {level::fail, "neither crun nor runc is installed", "apt-get install crun"};
  for (const auto& [name, found] : {std::pair{"crun", &f.crun}, std::pair{"runc", &f.runc}})
    if (wanted == name && found->path.empty())
      return {level::fail, "oci_runtime is " + wanted + ", which is not installed",
              "apt-get install " + wanted};
  if (!f.engine_warning.empty())
    return {level::warn, f.engine_warning, "apt-get install -t bookworm-backports crun runc"};
  const auto& first = wanted == "runc" || f.crun.path.empty() ? f.runc : f.crun;
  return fine(wanted.starts_with('/') ? wanted : first.version.empty() ? first.path : first.version);
}

finding check_conmon(const facts& f) {
  return installed(f, f.conmon, "conmon", "it watches containers while codiusd is away");
}
finding check_skopeo(const facts& f) {
  return installed(f, f.skopeo, "skopeo", "it fetches images");
}
finding check_umoci(const facts& f) {
  return installed(f, f.umoci, "umoci", "it unpacks images");
}
finding check_unshare(const facts& f) {
  return installed(f, f.unshare, "util-linux", "it makes namespaces");
}

finding check_container(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (!f.container && f.host_runs)
    return fine("not tried: a codiusd runs here, so its runtime works");
  if (!f.container)
    return {level::warn, "not tried: it needs root and all programs", "sudo codiusd doctor"};
  if (!*f.container)
    return {level::fail, "no container can be run: " + f.container->error().detail,
            "see what the engine says; inside another container give it all privileges"};
  if (f.without_users)
    return {level::warn, f.engine + " runs containers, but not in user namespaces: " + f.without_because,
            "sysctl -w user.max_user_namespaces=65536"};
  return fine(f.engine + " ran one, in a user namespace");
}

finding check_cgroups(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (f.cgroup_kind.empty())
    return {level::fail, "no control groups are mounted at /sys/fs/cgroup",
            "mount -t cgroup2 none /sys/fs/cgroup"};
  std::string missing;
  for (const char* needed : {"memory", "cpu", "pids"})
    if (!f.controllers.contains(needed))
      missing += std::string{missing.empty() ? "" : ", "} + needed;
  if (!missing.empty())
    return {level::fail, f.cgroup_kind + ", without " + missing + ": pods could take the machine",
            "add cgroup_enable=memory to the kernel's command line and restart the machine"};
  if (f.cgroup_kind != "v2")
    return {level::warn, f.cgroup_kind + ": works; v2 bounds pods better",
            "add systemd.unified_cgroup_hierarchy=1 to the kernel's command line"};
  return fine(f.cgroup_kind + " with memory, cpu and pids");
}

finding check_namespaces(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  std::string missing;
  for (const char* needed : {"mnt", "pid", "net", "ipc", "uts", "cgroup"})
    if (!f.namespaces.contains(needed))
      missing += std::string{missing.empty() ? "" : ", "} + needed;
  if (!missing.empty())
    return {level::fail, "the kernel has no namespaces of these kinds: " + missing,
            "use a kernel with CONFIG_NAMESPACES and all below it, such as Debian's"};
  return fine("mnt, pid, net, ipc, uts, cgroup");
}

finding check_users(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (!f.namespaces.contains("user"))
    return {level::warn, "the kernel has no user namespaces: root in a pod is root here",
            "use a kernel with CONFIG_USER_NS, such as Debian's"};
  if (f.max_user_namespaces < 1024)
    return {level::warn,
            "only " + std::to_string(f.max_user_namespaces) + " user namespaces may exist",
            "sysctl -w user.max_user_namespaces=65536"};
  return fine("up to " + std::to_string(f.max_user_namespaces));
}

finding check_nftables(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (f.nft.path.empty())
    return {level::fail, "missing: it keeps pods away from this machine and each other",
            "apt-get install nftables"};
  if (f.nft_list && !*f.nft_list)
    return {level::fail, "the kernel's tables cannot be read: " + f.nft_list->error().detail,
            f.root_user ? "modprobe nf_tables" : "sudo codiusd doctor"};
  return fine(f.nft.version.empty() ? f.nft.path : f.nft.version);
}

finding check_forwarding(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (f.ip_forward.empty())
    return {level::fail, "the kernel forwards no IPv4: pods would be without a network",
            "use a kernel with IPv4, such as Debian's"};
  return fine(f.ip_forward == "1" ? "on" : "off; codiusd switches it on at start");
}

finding check_bridge(const facts& f) {
  if (!runs_pods(f))
    return unneeded();
  if (f.bridge_calls_iptables == "1")
    return {level::warn,
            "this machine's other firewall (iptables) also filters what crosses bridges, so its "
            "rules may cut pods off",
            "sysctl -w net.bridge.bridge-nf-call-iptables=0"};
  return fine("no other firewall between the pods' bridge and the pods");
}

constexpr std::array all{
  check{"user", check_user},
  check{"runtime", check_engine},
  check{"conmon", check_conmon},
  check{"skopeo", check_skopeo},
  check{"umoci", check_umoci},
  check{"unshare", check_unshare},
  check{"container", check_container},
  check{"cgroups", check_cgroups},
  check{"namespaces", check_namespaces},
  check{"user-namespaces", check_users},
  check{"nftables", check_nftables},
  check{"ip-forward", check_forwarding},
  check{"bridge-netfilter", check_bridge},
};

} // namespace

std::span<const check> machine_checks() { return all; }

} // namespace codius::runtime::doctor
