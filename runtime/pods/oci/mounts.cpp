#include "runtime/pods/oci/mounts.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace codius::runtime::oci {
namespace {

// Spaces and the like are written as backslash and three octal digits.
std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8
                                      + (text[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

status mount_mapped(const std::string& from, const std::string& to, const std::string& user_ns) {
  const unique_fd tree{::open_tree(AT_FDCWD, from.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)};
  if (!tree)
    return os_error("cannot clone the mount of " + from);
  const unique_fd user{::open(user_ns.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!user)
    return os_error("cannot open " + user_ns);
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<uint64_t>(user.get());
  if (::mount_setattr(tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0)
    return os_error("cannot map the owners of " + from);
  if (::move_mount(tree.get(), "", AT_FDCWD, to.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
    return os_error("cannot mount " + to);
  return ok();
}

status mount_overlay(const root_mount& plan, const std::string& lower) {
  // Redirects and metacopies could only come from attributes smuggled in by an image.
  const auto options = "lowerdir=" + lower + ",upperdir=" + plan.upper + ",workdir=" + plan.work
                       + ",volatile,redirect_dir=nofollow,metacopy=off,index=off";
  if (::mount("overlay", plan.target.c_str(), "overlay", MS_NODEV | MS_NOSUID, options.c_str())
      != 0)
    return os_error("cannot mount the container's root");
  return ok();
}

} // namespace

status mount_root(const root_mount& plan) {
  if (!plan.ids)
    return mount_overlay(plan, plan.image);
  for (const auto& dir : {plan.upper, plan.work})
    if (::chown(dir.c_str(), plan.ids->first, plan.ids->first) != 0)
      return os_error("cannot hand over " + dir);
  if (auto done = mount_mapped(plan.image, plan.lower, plan.user_namespace); !done)
    return done;
  auto done = mount_overlay(plan, plan.lower);
  // The overlay holds a mount of its own; this one has served.
  ::umount2(plan.lower.c_str(), MNT_DETACH);
  return done;
}

status mount_tmpfs(const std::string& target, uint64_t bytes, uint32_t owner) {
  const auto id = std::to_string(owner);
  const auto options = "mode=1777,size=" + std::to_string(bytes) + ",uid=" + id + ",gid=" + id;
  if (::mount("tmpfs", target.c_str(), "tmpfs", MS_NODEV | MS_NOSUID | MS_NOEXEC, options.c_str())
      != 0)
    return os_error("cannot mount " + target);
  return ok();
}

std::vector<std::string> mounts_below(std::string_view mountinfo, std::string_view prefix) {
  std::vector<std::string> out;
  std::istringstream lines{std::string{mountinfo}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string word;
    for (int i = 0; i < 5; ++i)
      words >> word;
    auto point = unescape(word);
    if (point == prefix || point.starts_with(std::string{prefix} + "/"))
      out.push_back(std::move(point));
  }
  std::ranges::reverse(out); // listed as they were made: the last one lies on top
  return out;
}

status unmount_below(const std::string& prefix) {
  const auto mountinfo = read_text("/proc/self/mountinfo", 64 << 20);
  if (!mountinfo)
    return mountinfo.error();
  auto done = ok();
  for (const auto& point : mounts_below(*mountinfo, prefix))
    if (::umount2(point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL
        && errno != ENOENT)
      done = os_error("cannot unmount " + point);
  return done;
}

} // namespace codius::runtime::oci
