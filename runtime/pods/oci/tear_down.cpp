#include "runtime/pods/oci/container.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/mounts.hpp"
#include "runtime/pods/oci/network.hpp"
#include "runtime/pods/oci/pod_maker.hpp"

#include <csignal>

namespace codius::runtime::oci {
namespace {

constexpr std::chrono::milliseconds monitor_limit{2'000};

status end_containers(const oci_options& options, const pod_record& record) {
  std::vector<process_mark> inits, monitors;
  std::vector<int> signals, kills;
  for (const auto& one : record.containers) {
    inits.push_back(one.init);
    signals.push_back(one.stop_signal);
    monitors.push_back(one.monitor);
  }
  if (!end_processes(inits, signals, options.stop_grace))
    return error{errc::io, "a process of the pod does not die"};
  // A monitor ends by itself once its container has; one that hangs is of no use any more.
  if (!wait_for_end(monitors, monitor_limit))
    for (const auto& monitor : monitors)
      signal_process(monitor, SIGKILL);
  return ok();
}

// A process that died while it was making the pod left no process numbers: a monitor or engine
// that was called with a container's id may still be at work on it.
void end_makers(const pod_record& record) {
  constexpr int rounds = 20; // each one may have just begun another
  if (record.complete)
    return;
  for (const auto& one : record.containers)
    for (int i = 0; i < rounds; ++i) {
      const auto marks = processes_with_arguments(one.id, record.made_by.root);
      if (marks.empty())
        break;
      for (const auto& mark : marks)
        signal_process(mark, SIGKILL);
      (void)wait_for_end(marks, monitor_limit);
    }
}

status remove_files(const oci_options& options, const pod_record& record) {
  for (const auto& one : record.containers)
    for (const char* dir : {"/exits/", "/attach/"})
      if (auto gone = remove_tree(options.run_dir + dir + one.id); !gone)
        return gone;
  const pod_paths paths{options.state_dir, options.run_dir, record.id};
  if (auto done = unmount_below(paths.run); !done)
    return done;
  if (auto gone = remove_tree(paths.run); !gone)
    return gone;
  for (size_t i = 0; i < record.containers.size(); ++i)
    if (auto gone = remove_tree(paths.state_of(i)); !gone)
      return gone;
  return remove_tree(paths.state);
}

} // namespace

status tear_down(const oci_options& options, const cgroups& groups, const pod_record& record) {
  end_makers(record);
  if (auto done = end_containers(options, record); !done)
    return done;
  for (const auto& one : record.containers)
    if (auto done = delete_container(record.made_by, one.id); !done)
      return done;
  if (auto done = groups.remove(record.short_id); !done)
    return done;
  const auto ip = parse_ip(record.address.ip);
  if (auto done
      = disconnect_pod({options.bridge, veth_name(options.bridge, record.slot), ip ? *ip : 0, {}});
      !done)
    return done;
  return remove_files(options, record);
}

} // namespace codius::runtime::oci
