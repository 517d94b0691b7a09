#include "runtime/base/json.hpp"
#include "tests/support/oci_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>

// How long a pod takes from `start` to the first byte of its page, against the engine's own `run`
// of the same root file system with nothing around it: no network namespace, no user namespace, no
// limits, no filter. Prints; judges nothing.

namespace codius::tests {

TEST_SUITE_BEGIN("bench/pod_start");

namespace {

using clock = std::chrono::steady_clock;

constexpr int rounds = 15;
constexpr uint16_t bare_port = 18'391;

double since(clock::time_point start) {
  return std::chrono::duration<double, std::milli>(clock::now() - start).count();
}

double median(std::vector<double> all) {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

std::string bare_config(const std::string& rootfs) {
  using namespace runtime;
  const auto mount = [](const char* at, const char* type) {
    return json{json_object{{"destination", at}, {"type", type}, {"source", type}}};
  };
  json_array namespaces;
  for (const char* type : {"pid", "mount", "ipc", "uts"})
    namespaces.push_back(json_object{{"type", type}});
  const auto port = "127.0.0.1:" + std::to_string(bare_port);
  return dump(json_object{{"ociVersion", "1.0.2"},
                          {"process", json_object{{"user", json_object{{"uid", 0}, {"gid", 0}}},
                                                  {"args", json_array{"/bin/busybox", "httpd", "-f",
                                                                      "-p", port, "-h", "/www"}},
                                                  {"env", json_array{"PATH=/bin"}},
                                                  {"cwd", "/"}}},
                          {"root", json_object{{"path", rootfs}}},
                          {"mounts", json_array{mount("/proc", "proc"), mount("/dev", "tmpfs")}},
                          {"linux", json_object{{"namespaces", namespaces}}}});
}

// `engine run --detach`, the page, `engine delete --force`.
double run_bare(const std::string& engine, const std::string& root, const std::string& bundle) {
  const auto call = [&](std::vector<std::string> words) {
    runtime::process_request request;
    request.argv = {engine, "--root", root};
    request.argv.insert(request.argv.end(), words.begin(), words.end());
    const auto done = runtime::run_checked(request);
    REQUIRE_MESSAGE(done, (done ? "" : done.error().detail));
  };
  const auto start = clock::now();
  call({"run", "--detach", "--bundle", bundle, "codius-bench"});
  REQUIRE(!http_get("127.0.0.1", "/", bare_port).empty());
  const auto took = since(start);
  call({"delete", "--force", "codius-bench"});
  return took;
}

struct step_times {
  std::mutex mutex;
  clock::time_point start;
  std::vector<std::string> order;
  std::map<std::string, std::vector<double>> at;

  void note(std::string_view step) {
    const std::lock_guard lock{mutex};
    const std::string name{step};
    if (!at.contains(name))
      order.push_back(name);
    at[name].push_back(since(start));
  }
};

} // namespace

TEST_CASE("from start to first byte, against the bare engine") {
  if (cannot_make_pods())
    return;
  for (const std::string engine : {"runc", "crun"}) {
    step_times steps;
    oci_fixture host;
    host.options.on_step = [&](std::string_view step) { steps.note(step); };
    host.open(engine);
    const auto pod = host.spec('b');
    REQUIRE(host.pods->ensure_images(pod, {}, {}));
    const auto images = runtime::oci::names_in(host.options.state_dir + "/images");
    const auto rootfs = host.options.state_dir + "/images/" + images->front() + "/rootfs";
    const temp_dir bare;
    REQUIRE(runtime::oci::write_text(bare.path() + "/config.json", bare_config(rootfs)));
    // crun refuses some machines without its wrapper; then the wrapper is part of the bare run.
    const auto wrapper = host.options.run_dir + "/bin/crun-without-v2-tree";
    const auto program = engine == "crun" && runtime::oci::exists(wrapper) ? wrapper : engine;
    std::vector<double> bares, pods;
    for (int i = 0; i < rounds; ++i) {
      bares.push_back(run_bare(program, bare.path() + "/root", bare.path()));
      steps.start = clock::now();
      const auto at = host.pods->start(pod);
      REQUIRE_MESSAGE(at, (at ? "" : at.error().detail));
      REQUIRE(!http_get(at->ip, "/").empty());
      pods.push_back(since(steps.start));
      REQUIRE(host.pods->remove(pod.id));
    }
    std::printf("%s\n  bare `run` to first byte  %6.1f ms\n  pod start to first byte   %6.1f ms "
                "(%+.1f ms)\n",
                host.pods->describe().c_str(), median(bares), median(pods),
                median(pods) - median(bares));
    for (const auto& name : steps.order)
      std::printf("    %-20s at %6.1f ms\n", name.c_str(), median(steps.at[name]));
  }
}

TEST_SUITE_END();

} // namespace codius::tests
