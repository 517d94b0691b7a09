#include "runtime/pods/oci/try_out.hpp"

#include "runtime/pods/oci/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace codius::runtime::oci {

namespace {

result<std::string> make_scratch(const std::string& place) {
  auto dir = place + "/codius-doctor-XXXXXX";
  if (::mkdtemp(dir.data()) == nullptr)
    return os_error("cannot make a directory in " + place);
  ::chmod(dir.c_str(), 0711); // a container's own user passes through it
  return dir;
}

status run_one(host& on) {
  const auto layout = detect_cgroups();
  if (!layout)
    return layout.error();
  on.groups = cgroups{*layout, on.options.bridge};
  on.bounds = read_daemon_bounds();
  auto outcome = on.groups.prepare();
  if (outcome)
    outcome = choose_engine(on);
  (void)on.groups.release();
  return outcome;
}

} // namespace

result<host> try_out(oci_options options, const std::string& on_disk,
                     const std::string& passable) {
  const auto state = make_scratch(on_disk);
  const auto run = make_scratch(passable);
  auto outcome = state ? run ? ok() : status{run.error()} : status{state.error()};
  host on;
  on.options = std::move(options);
  on.options.bridge = "codiusdr"; // the control groups are called by it; no link is made
  if (outcome) {
    on.options.state_dir = *state;
    on.options.run_dir = *run;
    outcome = run_one(on);
  }
  for (const auto* dir : {&state, &run})
    if (*dir)
      (void)remove_tree(**dir);
  return outcome ? result<host>{std::move(on)} : result<host>{outcome.error()};
}

} // namespace codius::runtime::oci
