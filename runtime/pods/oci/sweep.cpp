#include "runtime/pods/oci/sweep.hpp"

#include "runtime/pods/oci/container.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/mounts.hpp"
#include "runtime/pods/oci/network.hpp"

#include <algorithm>
#include <csignal>
#include <set>

namespace codius::runtime::oci {
namespace {

// "p0a3f" of "p0a3f", "p0a3f-0", "p0a3f/0" and so on; empty for a name that is not ours.
std::string short_id_in(std::string_view name) {
  constexpr size_t size = 5;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (name.size() < size || name[0] != 'p' || !std::ranges::all_of(name.substr(1, size - 1), is_hex)
      || (name.size() > size && name[size] != '-'))
    return {};
  return std::string{name.substr(0, size)};
}

std::string short_id_of_link(std::string_view link, const std::string& bridge) {
  if (!link.starts_with(bridge + "-"))
    return {};
  return short_id_in("p" + std::string{link.substr(bridge.size() + 1)});
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

template <class Wanted>
std::vector<std::string> those(const std::vector<std::string>& names, Wanted wanted) {
  std::vector<std::string> out;
  std::ranges::copy_if(names, std::back_inserter(out), wanted);
  return out;
}

class first_error {
public:
  void note(const status& done) {
    if (out_ && !done)
      out_ = done;
  }
  status take() const { return out_; }

private:
  status out_ = ok();
};

} // namespace

findings strays(const findings& all, const std::vector<pod_record>& held,
                const std::string& bridge) {
  std::set<std::string> pods, ids;
  for (const auto& record : held) {
    pods.insert(record.id.text);
    ids.insert(record.short_id);
  }
  const auto unknown = [&](const std::string& id) { return !id.empty() && !ids.contains(id); };
  findings out;
  out.pod_dirs = those(all.pod_dirs,
                       [&](const auto& name) { return is_pod_id(name) && !pods.contains(name); });
  out.containers = those(all.containers,
                         [&](const auto& path) { return unknown(short_id_in(last_part(path))); });
  out.groups = those(all.groups, [&](const auto& name) { return unknown(short_id_in(name)); });
  out.links
    = those(all.links, [&](const auto& name) { return unknown(short_id_of_link(name, bridge)); });
  out.exits = those(all.exits, [&](const auto& name) { return unknown(short_id_in(name)); });
  return out;
}

result<findings> look_around(const host& on) {
  findings out;
  const auto& options = on.options;
  const auto add = [](std::vector<std::string>& to, const std::string& dir,
                      const std::string& before = {}) -> status {
    const auto names = names_in(dir);
    if (!names)
      return names.error();
    for (const auto& name : *names)
      to.push_back(before + name);
    return ok();
  };
  for (const auto& done :
       {add(out.pod_dirs, options.state_dir + "/pods"),
        add(out.pod_dirs, options.run_dir + "/pods"),
        add(out.containers, options.run_dir + "/engine/runc", options.run_dir + "/engine/runc/"),
        add(out.containers, options.run_dir + "/engine/crun", options.run_dir + "/engine/crun/"),
        add(out.exits, options.run_dir + "/exits"), add(out.exits, options.run_dir + "/attach"),
        add(out.links, "/sys/class/net/" + options.bridge + "/brif")})
    if (!done)
      return done.error();
  out.groups = on.groups.pods();
  return out;
}

status remove_strays(const host& on, const findings& strays) {
  first_error bad;
  const auto& options = on.options;
  for (const auto& path : strays.containers) {
    const std::string id{last_part(path)};
    const auto root = path.substr(0, path.size() - id.size() - 1);
    for (const auto& mark : processes_with_arguments(id, root))
      signal_process(mark, SIGKILL);
    auto with = on.with;
    with.root = root;
    // The engine of the other kind may be gone from this machine: its files are then all there is.
    if (!delete_container(with, id))
      bad.note(remove_tree(path));
  }
  for (const auto& name : strays.groups)
    bad.note(on.groups.remove(name));
  for (const auto& name : strays.links)
    bad.note(remove_link(name));
  for (const auto& name : strays.exits)
    for (const char* dir : {"/exits/", "/attach/"})
      bad.note(remove_tree(options.run_dir + dir + name));
  for (const auto& name : strays.pod_dirs) {
    const pod_paths paths{options.state_dir, options.run_dir, pod_id{name}};
    bad.note(unmount_below(paths.run));
    bad.note(remove_tree(paths.run));
    bad.note(remove_tree(paths.state));
  }
  return bad.take();
}

} // namespace codius::runtime::oci
