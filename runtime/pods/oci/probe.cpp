#include "runtime/base/process.hpp"
#include "runtime/pods/oci/container.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/host.hpp"
#include "runtime/pods/oci/mounts.hpp"
#include "runtime/pods/oci/namespaces.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace codius::runtime::oci {
namespace {

constexpr const char* probe_id = "codius-probe";
constexpr const char* probe_group = "probe";

struct probe_dirs {
  std::string state;
  std::string run;
  explicit probe_dirs(const oci_options& options)
    : state(options.state_dir + "/probe"), run(options.run_dir + "/probe") {}
};

void clean_up(const host& on) {
  const probe_dirs dirs{on.options};
  (void)delete_container(on.with, probe_id);
  (void)on.groups.remove(probe_group);
  (void)unmount_below(dirs.run);
  for (const auto& dir : {dirs.run, dirs.state})
    (void)remove_tree(dir);
}

// An image that shows this machine's own programs: links like the machine's, directories for
// binds.
result<std::map<std::string, std::string>> make_image(const std::string& image) {
  std::map<std::string, std::string> binds;
  for (const std::string name : {"/usr", "/bin", "/lib", "/lib64"}) {
    struct stat st {};
    if (::lstat(name.c_str(), &st) != 0)
      continue;
    if (S_ISDIR(st.st_mode)) {
      binds.emplace(name, name);
      if (auto made = make_dirs(image + name, 0755); !made)
        return made.error();
      continue;
    }
    std::array<char, 256> target{};
    if (::readlink(name.c_str(), target.data(), target.size() - 1) < 0
        || ::symlink(target.data(), (image + name).c_str()) != 0)
      return os_error("cannot make " + image + name);
  }
  return binds;
}

result<bundle_plan> make_container_parts(const host& on) {
  const probe_dirs dirs{on.options};
  const root_mount root{dirs.state + "/image", dirs.run + "/root",   dirs.run + "/lower",
                        dirs.state + "/upper", dirs.state + "/work", on.ids_of(0),
                        dirs.run + "/ns/user"};
  for (const auto& dir : {root.image, root.upper, root.work})
    if (auto made = make_dirs(dir, 0755); !made)
      return made.error();
  for (const auto& dir : {dirs.run, root.target, root.lower, dirs.run + "/ns"})
    if (auto made = make_dirs(dir, 0711); !made)
      return made.error();
  auto binds = make_image(root.image);
  if (!binds)
    return binds.error();
  if (auto made = make_namespaces(dirs.run + "/ns", root.ids, "codius"); !made)
    return made.error();
  if (auto mounted = mount_root(root); !mounted)
    return mounted.error();
  bundle_plan plan;
  plan.process = {{"/usr/bin/true"}, {"PATH=/usr/bin"}, "/"};
  plan.rootfs = root.target;
  plan.cgroup = on.groups.path_of(probe_group);
  plan.namespace_dir = dirs.run + "/ns";
  plan.ids = root.ids;
  plan.read_only_binds = *binds;
  plan.limits = {64ull << 20, 100'000, 64};
  plan.daemon = on.bounds;
  return plan;
}

status run_probe(const host& on) {
  const auto plan = make_container_parts(on);
  if (!plan)
    return plan.error();
  const auto bundle = probe_dirs{on.options}.run + "/bundle";
  if (auto made = make_dirs(bundle, 0700); !made)
    return made;
  if (auto done = write_text(bundle + "/config.json", bundle_config(*plan), 0600); !done)
    return done;
  process_request request;
  request.argv = {on.with.creator, "--root", on.with.root, "run", "--bundle", bundle, probe_id};
  const auto done = run_process(request);
  if (!done)
    return done.error();
  if (!done->succeeded())
    return error{errc::start_failed, engine_reason(done->err)};
  return ok();
}

status try_engine(host& on, const std::string& name, bool user_namespaces) {
  auto found = find_engine(name, on.options, on.groups.layout());
  if (!found)
    return found.error();
  on.with = *found;
  on.user_namespaces = user_namespaces;
  clean_up(on);
  if (auto made = make_dirs(on.with.root, 0700); !made)
    return made;
  auto done = run_probe(on);
  clean_up(on);
  return done;
}

} // namespace

status choose_engine(host& on) {
  std::string complaints;
  for (const bool user_namespaces : {true, false}) {
    if (user_namespaces && !on.options.user_namespaces)
      continue;
    for (const auto& name : engine_candidates(on.options.oci_runtime)) {
      const auto done = try_engine(on, name, user_namespaces);
      if (done)
        return ok();
      complaints += "\n  " + name + (user_namespaces ? " with" : " without")
                    + " user namespaces: " + done.error().detail;
    }
    if (user_namespaces)
      on.without_because = complaints;
  }
  return error{errc::unavailable,
               "no container can be run here (install runc or crun):" + complaints};
}

} // namespace codius::runtime::oci
