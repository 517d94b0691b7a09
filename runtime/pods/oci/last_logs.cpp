#include "runtime/pods/oci/last_logs.hpp"

#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/pod_record.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace codius::runtime::oci {

namespace {

std::string aside(const oci_options& options) { return options.state_dir + "/last_logs"; }

std::string place(const oci_options& options, const pod_id& id, size_t container) {
  return aside(options) + "/" + id.text + "." + std::to_string(container);
}

bool has_text(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

} // namespace

void keep_last_logs(const oci_options& options, const pod_id& id, size_t containers) {
  if (!make_dirs(aside(options), 0700))
    return;
  const pod_paths paths{options.state_dir, options.run_dir, id};
  for (size_t i = 0; i < containers; ++i) {
    const auto log = paths.state_of(i) + "/log";
    // One that was just replaced, or never begun, says nothing: the one before it may.
    const auto from = has_text(log) ? log : log + ".before";
    (void)::rename(from.c_str(), place(options, id, i).c_str());
  }
}

void hand_last_logs(const oci_options& options, const pod_id& id, size_t containers) {
  const pod_paths paths{options.state_dir, options.run_dir, id};
  for (size_t i = 0; i < containers; ++i)
    (void)::rename(place(options, id, i).c_str(), (paths.state_of(i) + "/log.before").c_str());
}

void drop_last_logs(const oci_options& options, const pod_id& id) {
  const auto names = names_in(aside(options));
  for (const auto& name : names ? *names : std::vector<std::string>{})
    if (name.starts_with(id.text + "."))
      (void)::unlink((aside(options) + "/" + name).c_str());
}

void drop_all_last_logs(const oci_options& options) { (void)remove_tree(aside(options)); }

} // namespace codius::runtime::oci
