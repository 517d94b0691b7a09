#pragma once
#include "runtime/base/process.hpp"
#include "runtime/base/unique_fd.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/oci_runtime.hpp"
#include "runtime/pods/oci/proc.hpp"
#include "tests/support/temp_dir.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <thread>

namespace codius::tests {

/// CODIUS_TEST_DATA is <tree>/tests/data.
inline std::string registry_script() {
  return std::string{CODIUS_TEST_DATA} + "/../support/test_registry.sh";
}

/// A registry on loopback with one image; see test_registry.sh.
class test_registry {
public:
  test_registry() {
    address_ = script({"start", dir_.path() + "/registry"});
    (void)script({"busybox-tree", dir_.path() + "/tree"});
    web_ = push("web", {});
  }
  ~test_registry() { // after the test runner's own end: no assertion here
    runtime::process_request request;
    request.argv = {"sh", registry_script(), "stop", dir_.path() + "/registry"};
    (void)runtime::run_process(request);
  }

  const std::string& address() const { return address_; }
  /// busybox httpd on port 80; /cgi-bin/run?SCRIPT runs SCRIPT.
  const std::string& web() const { return web_; }

  /// The same files under another configuration.
  std::string push(const std::string& name, const std::vector<std::string>& config) {
    std::vector<std::string> words{"push", dir_.path() + "/registry", name, dir_.path() + "/tree"};
    for (const char* word : {"/bin/busybox", "httpd", "-f", "-p", "80", "-h", "/www"})
      words.push_back("--config.cmd=" + std::string{word});
    words.insert(words.end(), config.begin(), config.end());
    return script(std::move(words));
  }

private:
  static std::string script(std::vector<std::string> words) {
    runtime::process_request request;
    request.argv = {"sh", registry_script()};
    request.argv.insert(request.argv.end(), words.begin(), words.end());
    const auto done = runtime::run_checked(request);
    REQUIRE_MESSAGE(done, (done ? "" : done.error().detail));
    return done->out.substr(0, done->out.find('\n'));
  }

  const temp_dir dir_;
  std::string address_;
  std::string web_;
};

/// One registry for all cases of a program.
inline test_registry& registry() {
  static test_registry one;
  return one;
}

/// What answers at an address; empty when nobody does. Asks again while nobody listens yet: a
/// program needs a moment from its start to its first `listen`.
inline std::string http_get(const std::string& ip, const std::string& target, uint16_t port = 80,
                            int tries = 500) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  REQUIRE(::inet_pton(AF_INET, ip.c_str(), &to.sin_addr) == 1);
  for (; tries > 0; --tries) {
    const runtime::unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const timeval limit{10, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      ::poll(nullptr, 0, 2);
      continue;
    }
    const auto request = "GET " + target + " HTTP/1.0\r\n\r\n";
    (void)!::write(fd.get(), request.data(), request.size());
    std::string out;
    char block[4096];
    for (ssize_t n; (n = ::read(fd.get(), block, sizeof block)) > 0;)
      out.append(block, static_cast<size_t>(n));
    const auto body = out.find("\r\n\r\n");
    return body == std::string::npos ? std::string{} : out.substr(body + 4);
  }
  return {};
}

/// What `script` prints when the pod's first process runs it.
inline std::string run_inside(const std::string& ip, const std::string& script) {
  std::string query;
  for (const unsigned char c : script) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02x", c);
    query += hex;
  }
  return http_get(ip, "/cgi-bin/run?" + query);
}

/// A host for pods in a directory, with a bridge, a packet filter table and control groups of its
/// own; all gone at the end of the case.
struct oci_fixture {
  static constexpr const char* bridge = "codtest0";
  temp_dir dir;
  runtime::oci_options options;
  std::unique_ptr<runtime::oci_runtime> pods;

  oci_fixture() {
    ::chmod(dir.path().c_str(), 0755); // pods' own users must pass through it
    options.state_dir = dir.path() + "/state";
    options.run_dir = dir.path() + "/run";
    options.bridge = bridge;
    options.pay_ip = "169.254.77.67";
    options.pay_port = 7767;
    options.insecure_registries = {registry().address()};
  }

  ~oci_fixture() {
    if (!pods || !pods->prepare_host())
      return;
    if (const auto all = pods->list())
      for (const auto& pod : *all)
        CHECK(pods->remove(pod.id));
    CHECK(pods->release_host());
    CHECK(traces() == std::set<std::string>{});
  }

  /// A new runtime object, as after a restart of the host.
  void open(const std::string& engine = "runc") {
    pods.reset();
    options.oci_runtime = engine;
    pods = std::make_unique<runtime::oci_runtime>(options);
    const auto ready = pods->prepare_host();
    REQUIRE_MESSAGE(ready, (ready ? "" : ready.error().detail));
  }

  static pod_spec spec(char letter, std::string image = registry().web()) {
    pod_spec out;
    out.id.text = std::string(51, letter) + "a";
    out.port = 80;
    out.machine.memory_bytes = 64ull << 20;
    out.containers.push_back({"web", std::move(image), {}, {}, {}});
    return out;
  }

  /// Pulls and starts; the pod's address.
  std::string start(const pod_spec& pod) {
    const auto pulled = pods->ensure_images(pod, {}, {});
    REQUIRE_MESSAGE(pulled, (pulled ? "" : pulled.error().detail));
    const auto at = pods->start(pod);
    REQUIRE_MESSAGE(at, (at ? "" : at.error().detail));
    return at->ip;
  }

  /// Everything of pods that can be seen from outside: mounts, links, control groups, processes,
  /// files. The bridge and its table do not count as of a pod.
  std::set<std::string> traces() const {
    using namespace runtime::oci;
    std::set<std::string> out;
    const auto mounts = read_text("/proc/self/mountinfo", 64 << 20);
    for (size_t at = 0; (at = mounts->find(dir.path(), at)) != std::string::npos; ++at)
      out.insert("mount " + mounts->substr(at, mounts->find(' ', at) - at));
    for (const auto& name : names("/sys/class/net"))
      if (name.starts_with(std::string{bridge} + "-"))
        out.insert("link " + name);
    // On v2 the first level is the tree itself, and "" leads to it.
    auto trees = names("/sys/fs/cgroup");
    trees.emplace_back();
    for (const auto& tree : trees)
      for (const auto& name : names("/sys/fs/cgroup/" + tree + "/" + bridge))
        if (is_group_of_pod(name))
          out.insert("group " + tree + "/" + name);
    for (const auto& pid : names("/proc"))
      if (const auto line = read_text("/proc/" + pid + "/cmdline"))
        if (line->find(options.run_dir) != std::string::npos)
          out.insert("process " + *line);
    for (const auto& sub : {options.state_dir + "/pods", options.run_dir + "/pods",
                            options.run_dir + "/engine/runc", options.run_dir + "/engine/crun",
                            options.run_dir + "/exits", options.run_dir + "/attach"})
      for (const auto& name : names(sub))
        out.insert("file " + sub + "/" + name);
    return out;
  }

private:
  static std::vector<std::string> names(const std::string& path) {
    const auto out = runtime::oci::names_in(path);
    return out ? *out : std::vector<std::string>{};
  }

  static bool is_group_of_pod(const std::string& name) {
    return name.size() == 5 && name[0] == 'p' && name.find('.') == std::string::npos;
  }
};

/// Says why, and true, when the machine does not let us.
inline bool cannot_make_pods() {
  if (::geteuid() == 0)
    return false;
  MESSAGE("skipped: making pods needs root");
  return true;
}

} // namespace codius::tests
