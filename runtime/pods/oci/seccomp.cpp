#include "runtime/pods/oci/seccomp.hpp"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <string_view>

namespace codius::runtime::oci {
namespace {

#if defined(__x86_64__)
constexpr const char* architecture = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
constexpr const char* architecture = "SCMP_ARCH_AARCH64";
#elif defined(__riscv) && __riscv_xlen == 64
constexpr const char* architecture = "SCMP_ARCH_RISCV64";
#else
#error "name this architecture as libseccomp does"
#endif

// Every bit of `clone` flags that makes a namespace: mount, cgroup, uts, ipc, user, pid, net.
// CLONE_NEWTIME cannot be asked for through `clone`; `clone3` is not allowed at all.
constexpr double clone_namespace_flags = 0x7e020000;
constexpr double enosys = 38;

// Names that an architecture does not have are skipped by the runtimes.
constexpr const char* allowed[] = {
  // files
  "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup",
  "dup2", "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod",
  "fchmodat", "fchmodat2", "fchown", "fchownat", "fcntl", "fdatasync", "fgetxattr", "flistxattr",
  "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync", "ftruncate", "futimesat",
  "getcwd", "getdents", "getdents64", "getxattr", "inotify_add_watch", "inotify_init",
  "inotify_init1", "inotify_rm_watch", "lchown", "lgetxattr", "link", "linkat", "listxattr",
  "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat", "mkdir", "mkdirat", "mknod",
  "mknodat", "newfstatat", "open", "openat", "openat2", "pipe", "pipe2", "pread64", "preadv",
  "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat",
  "readv", "removexattr", "rename", "renameat", "renameat2", "rmdir", "sendfile", "setxattr",
  "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync", "sync_file_range", "syncfs",
  "tee", "truncate", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes", "vmsplice",
  "write", "writev",
  // waiting and signalling
  "alarm", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
  "epoll_wait", "eventfd", "eventfd2", "futex", "futex_requeue", "futex_wait", "futex_waitv",
  "futex_wake", "getitimer", "kill", "pause", "pidfd_open", "pidfd_send_signal", "poll", "ppoll",
  "pselect6", "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
  "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo",
  "select", "setitimer", "sigaltstack", "signalfd", "signalfd4", "tgkill", "timer_create",
  "timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create",
  "timerfd_gettime", "timerfd_settime", "tkill", "wait4", "waitid",
  // memory
  "brk", "cachestat", "get_mempolicy", "madvise", "map_shadow_stack", "membarrier", "memfd_create",
  "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap", "mseal", "msync",
  "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
  // processes and their rights
  "arch_prctl", "capget", "capset", "execve", "execveat", "exit", "exit_group", "fork", "getcpu",
  "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid", "getppid",
  "getpriority", "getresgid", "getresuid", "getrlimit", "get_robust_list", "getrusage", "getsid",
  "gettid", "getuid", "ioprio_get", "ioprio_set", "landlock_add_rule", "landlock_create_ruleset",
  "landlock_restrict_self", "prctl", "prlimit64", "riscv_flush_icache", "rseq",
  "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
  "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity",
  "sched_setattr", "sched_setparam", "sched_setscheduler", "sched_yield", "seccomp",
  "set_robust_list", "set_tid_address", "setfsgid", "setfsuid", "setgid", "setgroups", "setpgid",
  "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setrlimit", "setsid", "setuid",
  "vfork",
  // network
  "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen",
  "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
  "socketpair",
  // between the processes of a pod
  "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "msgctl",
  "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl",
  "shmdt", "shmget",
  // clocks, chance, the machine, old asynchronous reads
  "clock_getres", "clock_gettime", "clock_nanosleep", "getrandom", "gettimeofday", "io_cancel",
  "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit", "nanosleep", "sysinfo",
  "time", "times", "uname"};

json rule(json_array names, json_array args = {}) {
  json_object out{{"names", std::move(names)}, {"action", "SCMP_ACT_ALLOW"}};
  if (!args.empty())
    out.set("args", std::move(args));
  return out;
}

json compare(int index, double value, const char* op, double value_two = 0) {
  return json_object{{"index", index}, {"value", value}, {"valueTwo", value_two}, {"op", op}};
}

} // namespace

json seccomp_profile() {
  json_array names;
  for (const char* name : allowed)
    names.emplace_back(name);
  json_array rules;
  rules.push_back(rule(std::move(names)));
  // s390 has the flags second; the architectures above have them first.
  rules.push_back(rule({"clone"}, {compare(0, clone_namespace_flags, "SCMP_CMP_MASKED_EQ", 0)}));
  for (const int family : {AF_UNIX, AF_INET, AF_INET6})
    rules.push_back(rule({"socket"}, {compare(0, family, "SCMP_CMP_EQ")}));
  rules.push_back(rule(
    {"socket"}, {compare(0, AF_NETLINK, "SCMP_CMP_EQ"), compare(2, NETLINK_ROUTE, "SCMP_CMP_EQ")}));
  // Typing into somebody's terminal.
  rules.push_back(rule({"ioctl"}, {compare(1, TIOCSTI, "SCMP_CMP_NE")}));
  // Asking, plain Linux, and the two harmless flags that libraries set.
  for (const double personality : {0.0, 8.0, double{0x20000}, double{0x20008}, double{0xffffffffu}})
    rules.push_back(rule({"personality"}, {compare(0, personality, "SCMP_CMP_EQ")}));
  return json_object{{"defaultAction", "SCMP_ACT_ERRNO"},
                     {"defaultErrnoRet", enosys},
                     {"architectures", json_array{architecture}},
                     {"syscalls", std::move(rules)}};
}

} // namespace codius::runtime::oci
