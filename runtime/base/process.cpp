#include "runtime/base/process.hpp"

#include "runtime/base/unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace codius::runtime {
namespace {

using std::chrono::milliseconds;

// Above every number that a child's own descriptors can take, so that no dup2 in the child
// overwrites the source of a later one.
constexpr int first_safe_fd = 16;
constexpr size_t max_passed = 8;

error os_error(std::string what) {
  return {errc::io, std::move(what) + ": " + std::strerror(errno)};
}

result<unique_fd> high(unique_fd fd) {
  if (!fd)
    return os_error("cannot make a descriptor");
  if (fd.get() >= first_safe_fd)
    return fd;
  unique_fd moved{::fcntl(fd.get(), F_DUPFD_CLOEXEC, first_safe_fd)};
  if (!moved)
    return os_error("cannot duplicate a descriptor");
  return moved;
}

// A file, not a pipe: no writer has to run beside the reader, and a program may open /dev/stdin.
result<unique_fd> input_file(std::string_view data) {
  if (data.empty())
    return high(unique_fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)});
  unique_fd fd{::memfd_create("stdin", MFD_CLOEXEC)};
  if (!fd)
    return os_error("memfd_create");
  while (!data.empty()) {
    const auto n = ::write(fd.get(), data.data(), data.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return os_error("cannot hand over the input");
    data.remove_prefix(static_cast<size_t>(n));
  }
  ::lseek(fd.get(), 0, SEEK_SET);
  return high(std::move(fd));
}

struct stream {
  unique_fd ours;
  unique_fd theirs;
  std::string text;
  bool cut = false;

  status open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      return os_error("pipe2");
    ours.reset(ends[0]);
    auto moved = high(unique_fd{ends[1]});
    if (!moved)
      return moved.error();
    theirs = std::move(*moved);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    return ok();
  }

  void drain(size_t max) {
    std::array<char, 16384> block;
    while (ours) {
      const auto n = ::read(ours.get(), block.data(), block.size());
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        return;
      if (n <= 0)
        return ours.reset();
      const auto room = std::min(static_cast<size_t>(n), max - text.size());
      text.append(block.data(), room);
      cut = cut || room < static_cast<size_t>(n);
    }
  }
};

struct spawn_plan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  spawn_plan() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
                                              | POSIX_SPAWN_SETPGROUP);
  }
  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const auto& word : words)
    out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

result<pid_t> spawn(const process_request& request, const std::string& program,
                    const std::vector<int>& fds) {
  spawn_plan plan;
  for (size_t i = 0; i < fds.size(); ++i)
    ::posix_spawn_file_actions_adddup2(&plan.files, fds[i], static_cast<int>(i));
  ::posix_spawn_file_actions_addclosefrom_np(&plan.files, static_cast<int>(fds.size()));
  if (!request.cwd.empty())
    ::posix_spawn_file_actions_addchdir_np(&plan.files, request.cwd.c_str());
  auto argv = pointers(request.argv);
  const auto env = request.env ? pointers(*request.env) : std::vector<char*>{};
  pid_t pid = -1;
  const int bad = ::posix_spawn(&pid, program.c_str(), &plan.files, &plan.attributes, argv.data(),
                                request.env ? env.data() : environ);
  if (bad != 0)
    return error{bad == ENOENT ? errc::not_found : errc::io,
                 "cannot run " + program + ": " + std::strerror(bad)};
  return pid;
}

unique_fd start_timer(milliseconds limit) {
  unique_fd timer{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
  itimerspec at{};
  at.it_value.tv_sec = limit.count() / 1000;
  at.it_value.tv_nsec = std::max<long>(limit.count() % 1000 * 1'000'000, 1);
  ::timerfd_settime(timer.get(), 0, &at, nullptr);
  return timer;
}

enum class ending { by_itself, timed_out, stopped };

ending wait_for_end(int pidfd, int timer, int stopped, stream& out, stream& err, size_t max) {
  for (;;) {
    pollfd fds[] = {{pidfd, POLLIN, 0},
                    {timer, POLLIN, 0},
                    {stopped, POLLIN, 0},
                    {out.ours.get(), POLLIN, 0},
                    {err.ours.get(), POLLIN, 0}};
    if (::poll(fds, std::size(fds), -1) < 0 && errno != EINTR)
      return ending::stopped;
    out.drain(max);
    err.drain(max);
    if (fds[0].revents != 0)
      return ending::by_itself;
    if (fds[2].revents != 0)
      return ending::stopped;
    if (fds[1].revents != 0)
      return ending::timed_out;
  }
}

void reap(pid_t pid, process_result& end) {
  int how = 0;
  while (::waitpid(pid, &how, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(how))
    end.exit_code = WEXITSTATUS(how);
  else if (WIFSIGNALED(how))
    end.signal = WTERMSIG(how);
}

result<process_result> supervise(pid_t pid, const process_request& request, stream& out,
                                 stream& err, std::stop_token& stop) {
  unique_fd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  unique_fd stopped{::eventfd(0, EFD_CLOEXEC)};
  const auto timer = start_timer(request.time_limit);
  auto how = ending::stopped;
  if (pidfd && stopped && timer) {
    std::stop_callback on_stop{stop, [&] { (void)::eventfd_write(stopped.get(), 1); }};
    how = wait_for_end(pidfd.get(), timer.get(), stopped.get(), out, err, request.max_output);
  }
  if (how != ending::by_itself)
    ::kill(-pid, SIGKILL);
  process_result end;
  reap(pid, end);
  out.drain(request.max_output);
  err.drain(request.max_output);
  if (how == ending::timed_out)
    return error{errc::timed_out, request.argv[0] + " did not end within "
                                    + std::to_string(request.time_limit.count()) + " ms"};
  if (how == ending::stopped)
    return error{errc::unavailable, request.argv[0] + " was stopped"};
  end.out = std::move(out.text);
  end.err = std::move(err.text);
  end.out_cut = out.cut;
  end.err_cut = err.cut;
  return end;
}

} // namespace

result<process_result> run_process(const process_request& request, std::stop_token stop) {
  if (request.argv.empty() || request.pass_fds.size() > max_passed)
    return error{errc::invalid, "no program to run, or too many descriptors"};
  auto program = find_program(request.argv[0]);
  if (!program)
    return program.error();
  auto in = input_file(request.stdin_data);
  if (!in)
    return in.error();
  stream out, err;
  if (auto opened = out.open(); !opened)
    return opened.error();
  if (auto opened = err.open(); !opened)
    return opened.error();
  std::vector<unique_fd> passed;
  std::vector<int> fds{in->get(), out.theirs.get(), err.theirs.get()};
  for (const int fd : request.pass_fds) {
    auto copy = high(unique_fd{::fcntl(fd, F_DUPFD_CLOEXEC, first_safe_fd)});
    if (!copy)
      return copy.error();
    fds.push_back(copy->get());
    passed.push_back(std::move(*copy));
  }
  auto pid = spawn(request, *program, fds);
  if (!pid)
    return pid.error();
  passed.clear();
  out.theirs.reset();
  err.theirs.reset();
  return supervise(*pid, request, out, err, stop);
}

result<process_result> run_checked(const process_request& request, std::stop_token stop) {
  auto end = run_process(request, stop);
  if (!end || end->succeeded())
    return end;
  auto why = last_words(end->err);
  if (why.empty())
    why = end->signal != 0 ? "ended by signal " + std::to_string(end->signal)
                           : "exit code " + std::to_string(end->exit_code);
  return error{errc::io, request.argv[0] + ": " + why};
}

result<std::string> find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos)
    return std::string{name};
  const char* set = std::getenv("PATH");
  std::string path = std::string{set != nullptr ? set : "/usr/local/bin:/usr/bin:/bin"}
                     + ":/usr/local/sbin:/usr/sbin:/sbin";
  for (size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find(':', at), path.size());
    auto candidate = path.substr(at, end - at) + "/" + std::string{name};
    if (end > at && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
    at = end + 1;
  }
  return error{errc::not_found, "no program called " + std::string{name} + " is installed"};
}

std::string last_words(std::string_view err) {
  const auto end = err.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos)
    return {};
  err = err.substr(0, end + 1);
  if (const auto line = err.find_last_of('\n'); line != std::string_view::npos)
    err.remove_prefix(line + 1);
  std::string out{err.substr(0, 300)};
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return out;
}

} // namespace codius::runtime
