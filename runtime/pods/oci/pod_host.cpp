#include "runtime/pods/oci/pod_host.hpp"

#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/last_logs.hpp"
#include "runtime/pods/oci/observe.hpp"
#include "runtime/pods/oci/pull.hpp"
#include "runtime/pods/oci/sweep.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

namespace codius::runtime::oci {
namespace {

constexpr uint64_t min_memory = 16ull << 20; // engines need some of it themselves
constexpr size_t max_containers = 16;

status check_spec(const pod_spec& spec) {
  if (!is_pod_id(spec.id.text))
    return error{errc::invalid, "not a pod id"};
  if (spec.containers.empty() || spec.containers.size() > max_containers)
    return error{errc::invalid, "a pod has 1 to 16 containers"};
  if (spec.machine.memory_bytes < min_memory || spec.machine.vcpu == 0)
    return error{errc::invalid, "a pod needs at least 16 MiB of memory and one CPU"};
  return ok();
}

} // namespace

pod_host::pod_host(oci_options options)
  : images_(options.state_dir + "/images",
            [this](const image_reference& image, const std::string& dir, std::stop_token stop) {
              return pull_image(image, dir, on_.options, std::move(stop));
            }),
    records_(options.state_dir) {
  on_.options = std::move(options);
}

status pod_host::ready() const {
  return prepared_ ? ok() : status{error{errc::unavailable, "the host was not prepared"}};
}

status pod_host::make_directories() const {
  const auto& options = on_.options;
  for (const auto& dir : {options.state_dir, options.run_dir, options.run_dir + "/pods"})
    if (auto made = make_dirs(dir, 0711); !made) // pods' own users pass through them
      return made;
  for (const auto& dir : {options.state_dir + "/images", options.state_dir + "/pods",
                          options.run_dir + "/engine/runc", options.run_dir + "/engine/crun",
                          options.run_dir + "/exits", options.run_dir + "/attach"})
    if (auto made = make_dirs(dir, 0700); !made)
      return made;
  return ok();
}

status pod_host::take_lock() {
  const auto file = on_.options.state_dir + "/pods.lock";
  unique_fd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd)
    return os_error("cannot open " + file);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return error{errc::conflict, "another host runs pods from " + on_.options.state_dir};
  lock_ = std::move(fd);
  return ok();
}

status pod_host::prepare() {
  if (prepared_)
    return ok();
  if (::geteuid() != 0)
    return error{errc::unavailable, "making pods needs root: start the host as root"};
  for (const auto check : {check_options, check_programs})
    if (auto done = check(on_.options); !done)
      return done;
  if (auto done = make_directories(); !done)
    return done;
  if (auto done = take_lock(); !done)
    return done;
  auto done = find_out();
  prepared_ = bool{done};
  if (!done)
    lock_.reset();
  return done;
}

status pod_host::find_out() {
  const auto layout = detect_cgroups();
  if (!layout)
    return layout.error();
  on_.groups = cgroups{*layout, on_.options.bridge};
  on_.bounds = read_daemon_bounds();
  on_.boot = boot_id();
  if (auto done = on_.groups.prepare(); !done)
    return done;
  const auto all = records_.read_all();
  if (!all)
    return all.error();
  if (auto done = prepare_network(on_, !all->empty()); !done)
    return done;
  if (auto done = choose_engine(on_); !done)
    return done;
  places_.emplace(std::min(on_.options.max_pods, on_.pods.capacity()),
                  on_.options.state_dir + "/next_slot");
  for (const auto& record : *all)
    places_->keep(record.slot);
  return ok();
}

pod_record pod_host::first_record(const pod_spec& spec, uint32_t slot) const {
  pod_record out;
  out.id = spec.id;
  out.slot = slot;
  out.short_id = short_id_of(slot);
  out.address = {ip_text(on_.pods.pod_ip(slot)), spec.port};
  out.subnet = on_.pods.text();
  out.boot = on_.boot;
  out.made_by = on_.with;
  return out;
}

result<pod_usage> pod_host::usage(const pod_id& id) const {
  if (auto fine = ready(); !fine)
    return fine.error();
  const auto record = records_.read(id);
  if (!record)
    return record.error();
  if (!*record)
    return error{errc::not_found, "no pod " + id.text};
  return on_.groups.usage((*record)->short_id);
}

observed_pod pod_host::look_at(const pod_record& record) const {
  return observe(record, on_.options.run_dir + "/exits", on_.boot);
}

status pod_host::ensure_images(const pod_spec& spec, const progress& tell, std::stop_token stop) {
  if (auto fine = ready(); !fine)
    return fine;
  for (const auto& container : spec.containers)
    if (auto done = images_.ensure(container.image, tell, stop); !done)
      return error{done.error().code, "container \"" + container.id + "\": " + done.error().detail};
  return ok();
}

result<std::optional<observed_pod>> pod_host::inspect(const pod_id& id) const {
  if (auto fine = ready(); !fine)
    return fine.error();
  const auto record = records_.read(id);
  if (!record)
    return record.error();
  if (!*record || !(*record)->complete)
    return std::optional<observed_pod>{};
  return std::optional{look_at(**record)};
}

result<std::vector<observed_pod>> pod_host::list() const {
  if (auto fine = ready(); !fine)
    return fine.error();
  const auto all = records_.read_all();
  if (!all)
    return all.error();
  std::vector<observed_pod> out;
  for (const auto& record : *all)
    if (record.complete)
      out.push_back(look_at(record));
  return out;
}

result<pod_address> pod_host::start(const pod_spec& spec) {
  if (auto fine = ready(); !fine)
    return fine.error();
  if (auto fine = check_spec(spec); !fine)
    return fine.error();
  const auto known = records_.read(spec.id);
  if (!known)
    return known.error();
  if (*known && (*known)->complete && look_at(**known).now == observed_pod::condition::running)
    return (*known)->address;
  if (*known)
    keep_last_logs(on_.options, spec.id, (*known)->containers.size());
  if (auto gone = remove_remains(spec.id); !gone)
    return gone.error();
  const auto plans = plan_containers(spec, images_);
  if (!plans)
    return plans.error();
  on_.step("plan");
  auto made = make(spec, *plans);
  if (made)
    hand_last_logs(on_.options, spec.id, spec.containers.size());
  return made;
}

result<pod_address> pod_host::make(const pod_spec& spec, const std::vector<container_plan>& plans) {
  const auto slot = places_->take();
  if (!slot)
    return slot.error();
  auto record = first_record(spec, *slot);
  for (size_t i = 0; i < plans.size(); ++i)
    record.containers.push_back(
      {record.short_id + "-" + std::to_string(i), {}, {}, plans[i].image.config.stop_signal});
  auto done = records_.write(record);
  if (done) {
    done = make_pod(on_, spec, plans, record);
    record.complete = bool{done};
    if (done)
      done = records_.write(record);
  }
  if (done)
    return record.address;
  // What cannot be taken apart now keeps its record and its place, for the next sweep.
  (void)take_apart(record);
  return done.error();
}

status pod_host::take_apart(const pod_record& record) {
  auto done = tear_down(on_.options, on_.groups, record);
  if (done)
    places_->give_back(record.slot);
  return done;
}

status pod_host::remove(const pod_id& id) {
  if (auto fine = ready(); !fine)
    return fine;
  if (!is_pod_id(id.text))
    return error{errc::invalid, "not a pod id"};
  drop_last_logs(on_.options, id);
  return remove_remains(id);
}

status pod_host::remove_remains(const pod_id& id) {
  const auto record = records_.read(id);
  if (!record)
    return record.error();
  if (*record)
    return take_apart(**record);
  findings remains;
  remains.pod_dirs = {id.text};
  return remove_strays(on_, remains);
}

status pod_host::sweep() {
  if (auto fine = ready(); !fine)
    return fine;
  auto all = records_.read_all();
  if (!all)
    return all.error();
  drop_all_last_logs(on_.options);
  auto out = images_.sweep();
  for (const auto& record : *all)
    if (!record.complete)
      if (auto done = take_apart(record); !done)
        out = done;
  all = records_.read_all();
  const auto around = look_around(on_);
  if (!all || !around)
    return all ? around.error() : all.error();
  auto done = remove_strays(on_, strays(*around, *all, on_.options.bridge));
  return done ? out : done;
}

status pod_host::release() {
  if (auto done = prepare(); !done)
    return done;
  const auto all = records_.read_all();
  if (!all)
    return all.error();
  if (!all->empty())
    return error{errc::busy, std::to_string(all->size()) + " pods are left"};
  if (auto done = sweep(); !done)
    return done;
  if (auto done = release_network(on_.options); !done)
    return done;
  if (auto done = on_.groups.release(); !done)
    return done;
  for (const char* dir : {"/pods", "/engine", "/exits", "/attach", "/bin", "/probe"})
    if (auto done = remove_tree(on_.options.run_dir + dir); !done)
      return done;
  prepared_ = false;
  lock_.reset();
  return ok();
}

} // namespace codius::runtime::oci
