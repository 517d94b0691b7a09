#include "runtime/pods/oci/container.hpp"

#include "runtime/base/json.hpp"
#include "runtime/base/process.hpp"
#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace codius::runtime::oci {
namespace {

constexpr std::chrono::milliseconds create_limit{30'000};
constexpr const char* clean_path
  = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

process_request conmon_request(const engine& with, const std::string& conmon,
                               const container_call& call) {
  process_request out;
  out.argv = {conmon,
              "--api-version",
              "1",
              "-c",
              call.id,
              "-u",
              call.id,
              "-n",
              call.id,
              "-r",
              with.creator,
              "-b",
              call.bundle_dir,
              "-p",
              call.bundle_dir + "/pid",
              "-P",
              call.bundle_dir + "/monitor",
              "-l",
              "k8s-file:" + call.log_file,
              "--log-size-max",
              std::to_string(call.log_bytes),
              "--no-sync-log",
              "--exit-dir",
              call.exit_dir,
              "--socket-dir-path",
              call.socket_dir,
              "--runtime-arg",
              "--root",
              "--runtime-arg",
              with.root};
  out.cwd = call.bundle_dir; // it leaves a file `oom` wherever it works
  // What the daemon has in its environment is none of theirs.
  out.env = std::vector<std::string>{clean_path, "_OCI_SYNCPIPE=3"};
  return out;
}

// conmon reports one JSON line: {"data": pid}, or {"data": -1, "message": "why not"}.
result<std::string> read_report(int fd) {
  std::string out;
  std::array<char, 4096> block;
  while (out.find('\n') == std::string::npos && out.size() < 65536) {
    pollfd ready{fd, POLLIN, 0};
    const int n = ::poll(&ready, 1, static_cast<int>(create_limit.count()));
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      return error{errc::start_failed, "the container was not ready within 30 s"};
    const auto size = ::read(fd, block.data(), block.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      break;
    out.append(block.data(), static_cast<size_t>(size));
  }
  return out;
}

result<pid_t> report_pid(const std::string& report) {
  const auto parsed = parse_json(report);
  const auto* data = parsed ? parsed->find("data") : nullptr;
  const auto* pid = data != nullptr ? data->number() : nullptr;
  if (pid != nullptr && *pid > 1)
    return static_cast<pid_t>(*pid);
  const auto* message = parsed ? parsed->find_text("message") : nullptr;
  return error{errc::start_failed,
               message != nullptr ? engine_reason(*message) : "the container's monitor gave up"};
}

pid_t pid_in(const std::string& file) {
  const auto text = read_text(file, 64);
  pid_t pid = 0;
  if (text)
    std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

process_request engine_request(const engine& with, std::vector<std::string> words) {
  process_request out;
  out.argv = {with.program, "--root", with.root};
  out.argv.insert(out.argv.end(), words.begin(), words.end());
  out.env = std::vector<std::string>{clean_path};
  return out;
}

} // namespace

std::string engine_reason(std::string_view complaint) {
  // runc: …level=error msg="runc create failed: unable to start container process: exec: …"
  // crun: 2024-01-01T00:00:00.000000Z: executable file `x` not found in $PATH: No such file …
  if (const auto at = complaint.rfind("msg=\""); at != std::string_view::npos) {
    complaint.remove_prefix(at + 5);
    complaint = complaint.substr(0, complaint.rfind('"'));
  }
  for (const std::string_view noise :
       {"runc create failed: ", "unable to start container process: "})
    if (complaint.starts_with(noise))
      complaint.remove_prefix(noise.size());
  std::string out;
  for (const char c : last_words(complaint))
    if (c != '\\')
      out.push_back(c);
  const bool stamped = out.size() > 29 && out[4] == '-' && out[10] == 'T' && out[26] == 'Z';
  return stamped ? out.substr(29) : out;
}

result<created_container> create_container(const engine& with, const std::string& conmon,
                                           const container_call& call) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return os_error("pipe2");
  const unique_fd report{ends[0]};
  unique_fd theirs{ends[1]};
  auto request = conmon_request(with, conmon, call);
  request.pass_fds = {theirs.get()};
  const auto done = run_checked(request);
  theirs.reset();
  if (!done)
    return done.error();
  const auto text = read_report(report.get());
  if (!text)
    return text.error();
  const auto pid = report_pid(*text);
  if (!pid)
    return pid.error();
  return created_container{mark_process(*pid), mark_process(pid_in(call.bundle_dir + "/monitor"))};
}

status start_container(const engine& with, const std::string& id) {
  const auto done = run_process(engine_request(with, {"start", id}));
  if (!done)
    return done.error();
  if (!done->succeeded())
    return error{errc::start_failed, engine_reason(done->err)};
  return ok();
}

status delete_container(const engine& with, const std::string& id) {
  if (!exists(with.root + "/" + id))
    return ok();
  const auto done = run_checked(engine_request(with, {"delete", "--force", id}));
  return done ? ok() : status{done.error()};
}

} // namespace codius::runtime::oci
