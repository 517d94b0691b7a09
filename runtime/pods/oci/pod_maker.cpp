#include "runtime/pods/oci/pod_maker.hpp"

#include "runtime/pods/oci/container.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/mounts.hpp"
#include "runtime/pods/oci/namespaces.hpp"
#include "runtime/pods/oci/network.hpp"

#include <algorithm>
#include <thread>

namespace codius::runtime::oci {
namespace {

error in_container(const container_spec& container, const error& why) {
  return {why.code, "container \"" + container.id + "\": " + why.detail};
}

container_limits limits_of(const host& on, const machine_size& machine) {
  return {machine.memory_bytes, uint64_t{machine.vcpu} * 100'000, on.options.pids_per_pod};
}

class maker {
public:
  maker(const host& on, const pod_spec& spec, const std::vector<container_plan>& plans,
        pod_record& record)
    : on_(on), spec_(spec), plans_(plans), record_(record),
      paths_(on.options.state_dir, on.options.run_dir, spec.id), ids_(on.ids_of(record.slot)),
      group_(record.short_id) {}

  status run();

private:
  status make_files();
  status make_group();
  status make_all_containers();
  status make_container(size_t i);
  status mount_container(size_t i);
  bundle_plan bundle_of(size_t i) const;
  status connect();

  const host& on_;
  const pod_spec& spec_;
  const std::vector<container_plan>& plans_;
  pod_record& record_;
  const pod_paths paths_;
  const std::optional<id_range> ids_;
  const std::string group_;
};

status maker::run() {
  if (auto done = make_files(); !done)
    return done;
  if (auto done = make_namespaces(paths_.namespaces, ids_, hostname_of(spec_.id)); !done)
    return done;
  on_.step("namespaces");
  // The network is ready long before the engine is, and is not needed before the start.
  auto connected = ok();
  std::thread wiring{[&] { connected = connect(); }};
  auto made = make_all_containers();
  wiring.join();
  if (!made)
    return made;
  if (!connected)
    return connected;
  for (size_t i = 0; i < plans_.size(); ++i)
    if (auto done = start_container(on_.with, record_.containers[i].id); !done)
      return in_container(spec_.containers[i], done.error());
  on_.step("start");
  return ok();
}

status maker::make_files() {
  const auto name = hostname_of(spec_.id);
  std::string servers;
  for (const auto& server : on_.options.dns_servers)
    servers += "nameserver " + server + "\n";
  for (const auto& dir : {paths_.run, paths_.namespaces, paths_.run + "/shm"})
    if (auto made = make_dirs(dir, 0711); !made)
      return made;
  const std::pair<const char*, std::string> files[]
    = {{"/hosts", "127.0.0.1\tlocalhost\n" + record_.address.ip + "\t" + name + "\n"},
       {"/hostname", name + "\n"},
       {"/resolv.conf", servers}};
  for (const auto& [file, text] : files)
    if (auto done = write_text(paths_.run + file, text); !done)
      return done;
  return mount_tmpfs(paths_.run + "/shm", on_.options.shm_bytes, ids_ ? ids_->first : 0);
}

status maker::connect() {
  auto done = connect_pod({on_.options.bridge, veth_name(on_.options.bridge, record_.slot),
                           on_.pods.pod_ip(record_.slot), on_.pods},
                          paths_.namespaces + "/net");
  on_.step("network");
  return done;
}

// A container alone is bounded by its own group; several share the bounds of the pod's.
status maker::make_group() {
  return plans_.size() > 1 ? on_.groups.make_limited(group_, limits_of(on_, spec_.machine)) : ok();
}

status maker::make_all_containers() {
  if (auto done = make_group(); !done)
    return done;
  std::vector<status> done(plans_.size(), ok());
  {
    std::vector<std::jthread> others;
    for (size_t i = 1; i < plans_.size(); ++i)
      others.emplace_back([this, &done, i] { done[i] = make_container(i); });
    done[0] = make_container(0);
  }
  for (size_t i = 0; i < done.size(); ++i)
    if (!done[i])
      return in_container(spec_.containers[i], done[i].error());
  return ok();
}

status maker::make_container(size_t i) {
  const auto run = paths_.run_of(i);
  if (auto done = mount_container(i); !done)
    return done;
  const auto bundle = run + "/bundle";
  if (auto made = make_dirs(bundle, 0700); !made)
    return made;
  if (auto done = write_text(bundle + "/config.json", bundle_config(bundle_of(i)), 0600); !done)
    return done;
  on_.step("root and bundle");
  auto& record = record_.containers[i];
  const container_call call{record.id,
                            bundle,
                            paths_.state_of(i) + "/log",
                            on_.options.run_dir + "/exits",
                            on_.options.run_dir + "/attach",
                            on_.options.log_bytes};
  const auto made = create_container(on_.with, on_.options.conmon, call);
  if (!made)
    return made.error();
  record.init = made->init;
  record.monitor = made->monitor;
  on_.groups.adopt_monitor(record.monitor.pid);
  on_.step("create");
  return ok();
}

status maker::mount_container(size_t i) {
  const auto state = paths_.state_of(i);
  const auto run = paths_.run_of(i);
  const root_mount root{plans_[i].image.rootfs,     run + "/root",   run + "/lower",
                        state + "/upper",           state + "/work", ids_,
                        paths_.namespaces + "/user"};
  if (auto made = make_dirs(state, 0700); !made)
    return made;
  for (const auto& dir : {root.upper, root.work})
    if (auto made = make_dirs(dir, 0755); !made)
      return made;
  for (const auto& dir : {run, root.target, root.lower})
    if (auto made = make_dirs(dir, 0711); !made)
      return made;
  return mount_root(root);
}

bundle_plan maker::bundle_of(size_t i) const {
  bundle_plan out;
  out.process = plans_[i].process;
  out.user = plans_[i].user;
  out.rootfs = paths_.run_of(i) + "/root";
  out.cgroup = on_.groups.path_of(group_ + "/" + std::to_string(i));
  out.namespace_dir = paths_.namespaces;
  out.ids = ids_;
  out.shm_dir = paths_.run + "/shm";
  out.hosts_file = paths_.run + "/hosts";
  out.hostname_file = paths_.run + "/hostname";
  out.resolv_file = paths_.run + "/resolv.conf";
  out.limits = limits_of(on_, spec_.machine);
  out.daemon = on_.bounds;
  return out;
}

result<container_plan> plan_container(const pod_spec& spec, const container_spec& container,
                                      const image_store& images) {
  auto image = images.find(container.image);
  if (!image)
    return image.error();
  const auto passwd = read_in_root(image->rootfs, "/etc/passwd");
  const auto group = read_in_root(image->rootfs, "/etc/group");
  if (!passwd || !group)
    return error{errc::start_failed, "the image's /etc/passwd or /etc/group cannot be read"};
  auto user = resolve_user(image->config.user, *passwd, *group);
  if (!user)
    return user.error();
  auto process = merge_process(image->config, container, hostname_of(spec.id), user->home);
  if (!process)
    return process.error();
  return container_plan{std::move(*image), std::move(*user), std::move(*process)};
}

} // namespace

result<std::vector<container_plan>> plan_containers(const pod_spec& spec,
                                                    const image_store& images) {
  std::vector<container_plan> out;
  for (const auto& container : spec.containers) {
    auto plan = plan_container(spec, container, images);
    if (!plan)
      return in_container(container, plan.error());
    out.push_back(std::move(*plan));
  }
  return out;
}

std::string hostname_of(const pod_id& id) { return id.text.substr(0, 12); }

status make_pod(const host& on, const pod_spec& spec, const std::vector<container_plan>& plans,
                pod_record& record) {
  return maker{on, spec, plans, record}.run();
}

} // namespace codius::runtime::oci
