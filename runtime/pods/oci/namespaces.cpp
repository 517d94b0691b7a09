#include "runtime/pods/oci/namespaces.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace codius::runtime::oci {
namespace {

// The child of a process with threads: system calls alone, nothing that takes a lock or memory.
[[noreturn]] void hold_namespaces(int line, int flags, const char* name, size_t name_size) {
  int bad = 0;
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL); // the thread that forked waits for this process
  if (::unshare(flags) != 0 || ::sethostname(name, name_size) != 0)
    bad = errno;
  (void)::send(line, &bad, sizeof bad, MSG_NOSIGNAL);
  char released = 0;
  (void)::recv(line, &released, 1, 0); // ends when the other side shuts the line down
  ::_exit(0);
}

status write_maps(const std::string& proc, const id_range& ids) {
  const auto line = "0 " + std::to_string(ids.first) + " " + std::to_string(id_range::size) + "\n";
  if (auto done = write_text(proc + "/uid_map", line); !done)
    return done;
  return write_text(proc + "/gid_map", line);
}

status keep(const std::string& from, const std::string& to) {
  if (auto made = write_text(to, "", 0444); !made)
    return made;
  if (::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) != 0)
    return os_error("cannot keep the namespace " + to);
  return ok();
}

status keep_all(const std::string& proc, const std::string& dir,
                const std::optional<id_range>& ids) {
  if (ids)
    if (auto done = write_maps(proc, *ids); !done)
      return done;
  for (const char* name : {"user", "net", "ipc", "uts"})
    if (ids || std::strcmp(name, "user") != 0)
      if (auto done = keep(proc + "/ns/" + name, dir + "/" + name); !done)
        return done;
  return ok();
}

} // namespace

status make_namespaces(const std::string& dir, const std::optional<id_range>& ids,
                       const std::string& hostname) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return os_error("socketpair");
  unique_fd ours{ends[0]};
  unique_fd theirs{ends[1]};
  const int flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | (ids ? CLONE_NEWUSER : 0);
  const pid_t child = ::_Fork();
  if (child < 0)
    return os_error("fork");
  if (child == 0) {
    ::close(ours.get()); // else the child itself would keep the line open
    hold_namespaces(theirs.get(), flags, hostname.c_str(), hostname.size());
  }
  theirs.reset();
  int bad = EPIPE;
  auto done = ok();
  if (::recv(ours.get(), &bad, sizeof bad, MSG_WAITALL) != sizeof bad || bad != 0) {
    errno = bad;
    done = os_error("cannot make namespaces");
  } else {
    done = keep_all("/proc/" + std::to_string(child), dir, ids);
  }
  // Closing would not do: a child that another thread forked meanwhile has a copy of this end, and
  // two such children would wait for each other for ever.
  ::shutdown(ours.get(), SHUT_RDWR);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return done;
}

} // namespace codius::runtime::oci
