#include "runtime/doctor/probe.hpp"

#include "runtime/base/process.hpp"
#include "runtime/base/system_info.hpp"
#include "runtime/pods/oci/cgroups.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/try_out.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace codius::runtime::doctor {

namespace {

using oci::read_text;

program look_for(const char* name, const char* version_flag = "--version") {
  program out;
  const auto path = find_program(name);
  if (!path)
    return out;
  out.path = *path;
  process_request ask;
  ask.argv = {*path, version_flag};
  ask.time_limit = std::chrono::seconds{5};
  if (const auto said = run_process(ask); said && said->succeeded())
    out.version = said->out.substr(0, std::min<size_t>(said->out.find('\n'), 80));
  return out;
}

std::string trimmed(const result<std::string>& text) {
  if (!text)
    return {};
  const auto end = text->find_last_not_of(" \n\t");
  return end == std::string::npos ? std::string{} : text->substr(0, end + 1);
}

uint64_t number_in(std::string_view text) {
  uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

directory look_at(const std::string& path) {
  directory out;
  std::error_code ec;
  out.exists = std::filesystem::is_directory(path, ec);
  auto place = path;
  while (place.size() > 1 && !std::filesystem::exists(place, ec))
    place = std::filesystem::path{place}.parent_path().string();
  out.writable = ::access(place.c_str(), W_OK | X_OK) == 0;
  if (!out.writable)
    out.why_not = place + ": " + std::strerror(errno);
  if (!std::filesystem::is_directory(place, ec)) {
    out.writable = false;
    out.why_not = place + " is no directory";
  }
  struct statfs fs {};
  if (::statfs(place.c_str(), &fs) == 0) {
    out.free_bytes = static_cast<uint64_t>(fs.f_bavail) * static_cast<uint64_t>(fs.f_bsize);
    out.in_memory = fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
  }
  return out;
}

/// Whether a codiusd has the root directory's lock; takes nothing.
bool is_locked(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  const bool locked = ::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return locked;
}

std::set<std::string> read_controllers(const oci::cgroup_layout& layout) {
  std::set<std::string> out;
  for (const auto& tree : layout.trees) {
    // v2 says it in a file, v1 by the tree's name.
    std::istringstream names{trimmed(read_text(tree + "/cgroup.controllers"))};
    for (std::string name; names >> name;)
      out.insert(name);
    std::istringstream parts{tree.substr(tree.find_last_of('/') + 1)};
    for (std::string name; std::getline(parts, name, ',');)
      out.insert(name);
  }
  return out;
}

void look_at_clock(facts& f, const env& world) {
  f.now = world.utc_now();
  // No later than this program: its own file's time, as an installer may have kept it.
  struct stat st {};
  if (::stat("/proc/self/exe", &st) == 0)
    f.built = utc_time{std::chrono::seconds{std::min(st.st_mtime, st.st_ctime)}};
  timex state{};
  if (const int said = ::adjtimex(&state); said >= 0)
    f.clock_synchronised = said != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

void look_at_kernel(facts& f) {
  if (const auto layout = oci::detect_cgroups()) {
    f.cgroup_kind = oci::to_string(layout->kind);
    f.controllers = read_controllers(*layout);
  }
  if (const auto kinds = oci::names_in("/proc/self/ns"))
    f.namespaces.insert(kinds->begin(), kinds->end());
  f.max_user_namespaces = number_in(trimmed(read_text("/proc/sys/user/max_user_namespaces")));
  f.ip_forward = trimmed(read_text("/proc/sys/net/ipv4/ip_forward"));
  f.bridge_calls_iptables = trimmed(read_text("/proc/sys/net/bridge/bridge-nf-call-iptables"));
  if (f.nft.path.empty())
    return;
  process_request list;
  list.argv = {f.nft.path, "list", "tables"};
  const auto done = run_checked(list);
  f.nft_list = done ? ok() : status{done.error()};
}

void run_container(facts& f) {
  const bool complete = f.root_user && !f.conmon.path.empty() && !f.unshare.path.empty();
  if (f.host_runs || !complete)
    return;
  oci_options options;
  options.oci_runtime = f.settings.oci_runtime;
  const auto disk = f.root.exists && f.root.writable ? f.settings.root : "/var/tmp";
  const auto tried = oci::try_out(std::move(options), disk, oci::exists("/run") ? "/run" : "/tmp");
  f.container = tried ? ok() : status{tried.error()};
  if (!tried)
    return;
  f.engine = tried->with.kind + " " + tried->with.version;
  f.engine_warning = oci::version_warning(tried->with);
  f.without_users = !tried->user_namespaces;
  f.without_because = tried->without_because.substr(tried->without_because.find_last_of('\n') + 1);
}

} // namespace

void probe_machine(facts& f, const env& world) {
  f.root_user = ::geteuid() == 0;
  f.host_runs = is_locked(f.settings.root + "/lock");
  f.root = look_at(f.settings.root);
  f.run = look_at(f.settings.run_dir);
  struct stat st {};
  if (::stat((f.settings.root + "/secret").c_str(), &st) == 0)
    f.secret_mode = st.st_mode & 0777u;
  f.memory_bytes = machine_memory_bytes();
  const auto memory = read_text("/proc/meminfo");
  constexpr std::string_view label = "MemAvailable:";
  if (const auto at = memory ? memory->find(label) : std::string::npos; at != std::string::npos) {
    auto rest = std::string_view{*memory}.substr(at + label.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    f.available_bytes = number_in(rest) * 1024;
  }
  look_at_clock(f, world);
  if (f.settings.pod_runtime != pod_runtime_kind::oci)
    return;
  f.crun = look_for("crun");
  f.runc = look_for("runc");
  f.conmon = look_for("conmon");
  f.skopeo = look_for("skopeo");
  f.umoci = look_for("umoci");
  f.nft = look_for("nft");
  f.unshare = look_for("unshare");
  look_at_kernel(f);
  run_container(f);
}

} // namespace codius::runtime::doctor
