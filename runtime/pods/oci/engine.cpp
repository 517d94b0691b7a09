#include "runtime/pods/oci/engine.hpp"

#include "runtime/base/process.hpp"
#include "runtime/pods/oci/files.hpp"

#include <array>
#include <charconv>
#include <tuple>

namespace codius::runtime::oci {
namespace {

using version_number = std::tuple<int, int, int>;

version_number number_of(std::string_view text) {
  std::array<int, 3> parts{};
  const char* at = text.data();
  for (auto& part : parts) {
    const auto [end, bad] = std::from_chars(at, text.data() + text.size(), part);
    if (bad != std::errc{} || end == text.data() + text.size() || *end != '.')
      break;
    at = end + 1;
  }
  return {parts[0], parts[1], parts[2]};
}

// The new namespace is private: nothing that happens in it is seen outside.
result<std::string> write_wrapper(const std::string& dir, const std::string& program) {
  const auto path = dir + "/crun-without-v2-tree";
  const auto script = "#!/bin/sh\n"
                      "# crun makes no container while it sees a cgroup v2 tree with controllers.\n"
                      "exec unshare --mount sh -c 'umount -l /sys/fs/cgroup/unified; exec \"$0\" "
                      "\"$@\"' '"
                      + program + "' \"$@\"\n";
  if (auto made = make_dirs(dir, 0711); !made)
    return made.error();
  if (auto done = replace_text(path, script, 0755); !done)
    return done.error();
  return path;
}

} // namespace

std::vector<std::string> engine_candidates(const std::string& wanted) {
  if (!wanted.empty())
    return {wanted};
  return {"crun", "runc"}; // crun is the quicker one
}

std::pair<std::string, std::string> read_version(std::string_view text) {
  constexpr std::string_view between = " version ";
  const auto line = text.substr(0, text.find('\n'));
  const auto at = line.find(between);
  if (at == std::string_view::npos)
    return {"unknown", std::string{line.substr(0, 40)}};
  return {std::string{line.substr(0, at)}, std::string{line.substr(at + between.size())}};
}

result<engine> find_engine(const std::string& name, const oci_options& options,
                           const cgroup_layout& layout) {
  auto program = find_program(name);
  if (!program)
    return program.error();
  process_request ask;
  ask.argv = {*program, "--version"};
  const auto answer = run_checked(ask);
  if (!answer)
    return answer.error();
  engine out;
  std::tie(out.kind, out.version) = read_version(answer->out);
  out.program = *program;
  out.creator = *program;
  out.root = options.run_dir + "/engine/" + (out.kind == "crun" ? "crun" : "runc");
  if (out.kind == "crun" && layout.v2_tree_has_controllers) {
    auto wrapper = write_wrapper(options.run_dir + "/bin", *program);
    if (!wrapper)
      return wrapper.error();
    out.creator = *wrapper;
  }
  return out;
}

std::string version_warning(const engine& engine) {
  const auto have = number_of(engine.version);
  // Debian's 1.1.5 carries the fix of CVE-2024-21626, but none of the later ones.
  const bool old_runc = engine.kind == "runc" && have < version_number{1, 2, 8};
  const bool old_crun = engine.kind == "crun" && have < version_number{1, 28, 0};
  if (!old_runc && !old_crun)
    return {};
  return engine.kind + " " + engine.version + " is older than " + (old_runc ? "1.2.8" : "1.28")
         + ", which closed holes that a hostile image can use; upgrade it on a public host";
}

} // namespace codius::runtime::oci
