#include "runtime/pods/oci/cgroups.hpp"
#include "runtime/pods/oci/files.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/cgroups");

namespace {

using version = cgroup_layout::version;

const std::string base = "22 1 8:1 / / rw shared:1 - ext4 /dev/vda rw\n"
                         "23 22 0:5 / /proc rw - proc proc rw\n";
const std::string v1 = base
                       + "31 22 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                         "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu\n"
                         "35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 master:2 - cgroup x rw\n"
                         "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
const std::string unified = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

// Ordinary directories stand in for the kernel's.
cgroup_layout fake(const std::string& dir, version kind) {
  if (kind == version::v2)
    return {kind, dir, {dir}, false};
  cgroup_layout out{kind, dir, {}, false};
  for (const char* tree : {"/memory", "/cpu,cpuacct", "/pids", "/systemd"}) {
    REQUIRE(make_dirs(dir + tree, 0755));
    out.trees.push_back(dir + tree);
  }
  return out;
}

} // namespace

TEST_CASE("the layout is read from the mount table") {
  struct row {
    const char* name;
    std::string mounts;
    const char* controllers;
    version kind;
    size_t trees;
    bool crun_refuses;
  };
  const row rows[] = {
    {"v2", base + "30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "cpu memory\n",
     version::v2, 1, false},
    {"v1", v1, "", version::v1, 3, false},
    {"hybrid, v2 tree empty", v1 + unified, "\n", version::hybrid, 4, false},
    {"hybrid, v2 tree in use", v1 + unified, "hugetlb\n", version::hybrid, 4, true},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto layout = read_cgroup_layout(r.mounts, r.controllers);
    REQUIRE(layout);
    CHECK(layout->kind == r.kind);
    CHECK(layout->trees.size() == r.trees);
    CHECK(layout->v2_tree_has_controllers == r.crun_refuses);
  }
  CHECK(read_cgroup_layout(base, "").error().code == errc::io);
}

TEST_CASE("a pod's group bounds all its containers, on v1 and on v2") {
  const container_limits limits{64ull << 20, 50'000, 100};
  const tests::temp_dir dir;
  REQUIRE(cgroups{fake(dir.path() + "/v1", version::v1), "codius0"}.make_limited("p0001", limits));
  const auto read_v1
    = [&](const std::string& file) { return *read_text(dir.path() + "/v1/" + file); };
  CHECK(read_v1("memory/codius0/p0001/memory.limit_in_bytes") == "67108864");
  CHECK(read_v1("cpu,cpuacct/codius0/p0001/cpu.cfs_quota_us") == "50000");
  CHECK(read_v1("cpu,cpuacct/codius0/p0001/cpu.cfs_period_us") == "100000");
  CHECK(read_v1("pids/codius0/p0001/pids.max") == "100");
  CHECK_FALSE(exists(dir.path() + "/v1/systemd/codius0"));

  const auto v2 = dir.path() + "/v2";
  REQUIRE(make_dirs(v2, 0755));
  const cgroups groups{fake(v2, version::v2), "codius0"};
  REQUIRE(groups.prepare());
  CHECK(*read_text(v2 + "/cgroup.subtree_control") == "+memory +cpu +pids");
  CHECK(*read_text(v2 + "/codius0/cgroup.subtree_control") == "+memory +cpu +pids");
  REQUIRE(groups.make_limited("p0001", limits));
  const auto pod = v2 + "/codius0/p0001/";
  CHECK(*read_text(pod + "memory.max") == "67108864");
  CHECK(*read_text(pod + "memory.swap.max") == "0");
  CHECK(*read_text(pod + "cpu.max") == "50000 100000");
  CHECK(*read_text(pod + "pids.max") == "100");
  CHECK(*read_text(pod + "cgroup.subtree_control") == "+memory +cpu +pids");
  CHECK(groups.path_of("p0001/0") == "/codius0/p0001/0");
}

TEST_CASE("groups are found over all hierarchies, monitors' apart, and removed leaf first") {
  const tests::temp_dir dir;
  const cgroups groups{fake(dir.path(), version::v1), "codius0"};
  REQUIRE(make_dirs(dir.path() + "/memory/codius0/p0001/0", 0755));
  REQUIRE(make_dirs(dir.path() + "/pids/codius0/p0002", 0755));
  REQUIRE(make_dirs(dir.path() + "/systemd/codius0/monitors", 0755));
  CHECK(groups.pods() == std::vector<std::string>{"p0001", "p0002"});
  CHECK(groups.remove("p0001"));
  CHECK(groups.remove("p0001"));
  CHECK(groups.pods() == std::vector<std::string>{"p0002"});
  CHECK(groups.release());
  CHECK_FALSE(exists(dir.path() + "/systemd/codius0"));
}

TEST_CASE("what a pod uses is read on v1 and on v2, whatever the kernel counts together") {
  const tests::temp_dir dir;
  const auto put = [&](const std::string& file, const char* text) {
    const auto path = dir.path() + "/" + file;
    REQUIRE(make_dirs(path.substr(0, path.find_last_of('/')), 0755));
    REQUIRE(write_text(path, text));
  };
  const cgroups v2{fake(dir.path() + "/v2", version::v2), "codius0"};
  CHECK(v2.usage("p0001").error().code == errc::not_found);
  put("v2/codius0/p0001/memory.current", "1048576\n");
  CHECK(v2.usage("p0001").error().code == errc::not_found); // gone while it was looked at
  put("v2/codius0/p0001/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
  put("v2/codius0/p0001/pids.current", "7\n");
  const pod_usage expected{1 << 20, std::chrono::microseconds{2'500'000}, 7};
  REQUIRE(v2.usage("p0001"));
  CHECK(*v2.usage("p0001") == expected);
  put("v2/codius0/p0001/cpu.stat", "usage_usec_more 3\nuser_usec 1\n");
  CHECK(v2.usage("p0001").error().code == errc::io);

  const cgroups v1{fake(dir.path() + "/v1", version::v1), "codius0"};
  put("v1/memory/codius0/p0001/memory.usage_in_bytes", "1048576\n");
  put("v1/memory/codius0/p0001/memory.use_hierarchy", "1\n");
  put("v1/memory/codius0/p0001/0/memory.usage_in_bytes", "1048000\n");
  put("v1/cpu,cpuacct/codius0/p0001/cpuacct.usage", "2500000123\n");
  put("v1/pids/codius0/p0001/pids.current", "7\n");
  REQUIRE(v1.usage("p0001"));
  CHECK(*v1.usage("p0001") == expected);
  // An old kernel counts each group for itself.
  put("v1/memory/codius0/p0001/memory.use_hierarchy", "0\n");
  put("v1/memory/codius0/p0001/memory.usage_in_bytes", "576\n");
  put("v1/memory/codius0/p0001/0/memory.use_hierarchy", "0\n");
  CHECK(v1.usage("p0001")->memory_bytes == 1'048'576);
  put("v1/pids/codius0/p0001/pids.current", "many\n");
  CHECK(v1.usage("p0001").error().code == errc::io);
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
