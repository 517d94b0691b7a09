#include "runtime/pods/oci/user_lookup.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace codius::runtime::oci {
namespace {

constexpr uint32_t id_limit = 65536;
constexpr size_t max_groups = 64;

std::optional<uint32_t> as_id(std::string_view text) {
  uint32_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || end != text.data() + text.size() || value >= id_limit)
    return std::nullopt;
  return value;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = text.find(by);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos)
      return out;
    text.remove_prefix(at + 1);
  }
}

// The fields of the first line for which `wanted` holds; empty when there is none.
template <class Predicate>
std::vector<std::string_view> find_line(std::string_view file, size_t fields, Predicate wanted) {
  for (const auto line : split(file, '\n')) {
    auto parts = split(line, ':');
    if (parts.size() >= fields && wanted(parts))
      return parts;
  }
  return {};
}

// In passwd and group alike: the name comes first, the number third.
auto named(std::string_view key) {
  return [key](const std::vector<std::string_view>& parts) {
    return parts[0] == key || (is_number(key) && as_id(parts[2]) && as_id(parts[2]) == as_id(key));
  };
}

error refused(std::string_view spec, const std::string& why) {
  return {errc::start_failed,
          "the image's user \"" + std::string{spec.substr(0, 100)} + "\" " + why};
}

result<uint32_t> find_group(std::string_view spec, std::string_view key, std::string_view groups) {
  const auto line = find_line(groups, 3, named(key));
  const auto id = as_id(line.empty() ? key : line[2]);
  if (!id)
    return refused(spec, "has a group that is not in the image's /etc/group, or is above 65535");
  return *id;
}

void add_supplementary(process_user& who, std::string_view name, std::string_view groups) {
  for (const auto line : split(groups, '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() < 4 || who.additional_gids.size() == max_groups)
      continue;
    const auto id = as_id(parts[2]);
    const auto members = split(parts[3], ',');
    if (id && *id != who.gid && std::ranges::find(members, name) != members.end())
      who.additional_gids.push_back(*id);
  }
}

} // namespace

result<process_user> resolve_user(std::string_view spec, std::string_view passwd,
                                  std::string_view group) {
  const auto colon = spec.find(':');
  const auto user = spec.substr(0, colon);
  const auto key = user.empty() ? std::string_view{"0"} : user;
  process_user who;
  auto name = key;
  if (const auto line = find_line(passwd, 6, named(key)); !line.empty()) {
    const auto uid = as_id(line[2]);
    const auto gid = as_id(line[3]);
    if (!uid || !gid)
      return refused(spec, "has ids above 65535");
    who.uid = *uid;
    who.gid = *gid;
    who.home = line[5];
    name = line[0];
  } else if (const auto uid = as_id(key)) {
    who.uid = *uid;
  } else {
    return refused(spec, "is not in the image's /etc/passwd, or is above 65535");
  }
  if (user.empty() && colon == std::string_view::npos)
    who.gid = 0;
  if (colon != std::string_view::npos && colon + 1 < spec.size()) {
    const auto gid = find_group(spec, spec.substr(colon + 1), group);
    if (!gid)
      return gid.error();
    who.gid = *gid;
  } else if (!user.empty()) {
    add_supplementary(who, name, group);
  }
  return who;
}

result<std::string> read_in_root(const std::string& root, const std::string& path) {
  const unique_fd dir{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!dir)
    return os_error("cannot open " + root);
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK; // a pipe in the image must not stop us
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const unique_fd fd{
    static_cast<int>(::syscall(SYS_openat2, dir.get(), path.c_str(), &how, sizeof how))};
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode))
    return std::string{};
  return read_text("/proc/self/fd/" + std::to_string(fd.get()));
}

} // namespace codius::runtime::oci
