#include "runtime/doctor/checks.hpp"

#include "runtime/base/json.hpp"
#include "runtime/doctor/probe.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::doctor;
using doctor::level;

namespace {

constexpr uint64_t gib = 1ull << 30;

status broken(const char* why = "it is broken") { return error{errc::io, why}; }

/// A machine on which everything is fine, with a host that runs.
facts healthy() {
  facts f;
  auto& c = f.settings;
  c.public_uri = "https://host.example";
  c.public_host = "host.example";
  c.bind_ip = "127.0.0.1";
  c.port = 3000;
  c.root = "/var/lib/codius";
  c.run_dir = "/run/codius";
  c.ilp_listen = listen_address{"127.0.0.1", 7768};
  c.uplink = net::btp_uri{false, "", "hunter2", "localhost", 7769, "/"};
  f.root_user = true;
  f.host_runs = true;
  f.crun = {"/usr/bin/crun", "crun version 1.28"};
  f.runc = {"/usr/sbin/runc", "runc version 1.2.8"};
  f.conmon = {"/usr/bin/conmon", "conmon version 2.1.6"};
  f.skopeo = {"/usr/bin/skopeo", "skopeo version 1.9.3"};
  f.umoci = {"/usr/bin/umoci", "umoci version 0.4.7"};
  f.nft = {"/usr/sbin/nft", "nftables v1.0.6"};
  f.unshare = {"/usr/bin/unshare", "unshare from util-linux 2.38.1"};
  f.container = ok();
  f.engine = "crun 1.28";
  f.cgroup_kind = "v2";
  f.controllers = {"cpu", "memory", "pids", "io"};
  f.namespaces = {"mnt", "pid", "net", "ipc", "uts", "cgroup", "user"};
  f.max_user_namespaces = 60'000;
  f.nft_list = ok();
  f.ip_forward = "1";
  f.ports = {{"port", "127.0.0.1", 3000, broken("Address already in use"), "codiusd"},
             {"ilp_listen", "127.0.0.1", 7768, broken("Address already in use"), "codiusd"}};
  f.dns = {true, {"203.0.113.7"}, {"203.0.113.7"}, {}, {}};
  f.now = utc_time{std::chrono::seconds{2'000'000'000}};
  f.built = utc_time{std::chrono::seconds{1'900'000'000}};
  f.clock_synchronised = true;
  f.uplink = ok();
  f.uplink_address = "g.us.host";
  f.root = {true, true, {}, 100 * gib, false};
  f.run = {true, true, {}, gib, true};
  f.secret_mode = 0600;
  f.memory_bytes = 8 * gib;
  f.available_bytes = 6 * gib;
  f.reached = ok();
  f.reached_name = "Codiusd (C++)";
  return f;
}

struct fault {
  const char* name;
  std::function<void(facts&)> seed;
  const char* check;
  level how;
  const char* says;  ///< part of what is said
  const char* mends; ///< part of the line that mends it
};

const fault faults[] = {
  {"not root", [](facts& f) { f.root_user = false; }, "user", level::fail, "needs root", "sudo"},
  {"no engine", [](facts& f) { f.crun = f.runc = {}; }, "runtime", level::fail, "neither", "apt-get install crun"},
  {"the engine that was set is missing", [](facts& f) { f.settings.oci_runtime = "runc"; f.runc = {}; },
   "runtime", level::fail, "oci_runtime is runc", "apt-get install runc"},
  {"an engine with holes", [](facts& f) { f.engine_warning = "crun 1.8 is older than 1.28"; },
   "runtime", level::warn, "older", "apt-get install"},
  {"no conmon", [](facts& f) { f.conmon = {}; }, "conmon", level::fail, "missing", "apt-get install conmon"},
  {"no skopeo", [](facts& f) { f.skopeo = {}; }, "skopeo", level::fail, "missing", "apt-get install skopeo"},
  {"no umoci", [](facts& f) { f.umoci = {}; }, "umoci", level::fail, "missing", "apt-get install umoci"},
  {"no unshare", [](facts& f) { f.unshare = {}; }, "unshare", level::fail, "missing", "apt-get install util-linux"},
  {"containers do not run", [](facts& f) { f.container = broken("no permission"); }, "container",
   level::fail, "no permission", "privileges"},
  {"containers run without user namespaces", [](facts& f) { f.without_users = true; }, "container",
   level::warn, "not in user namespaces", "sysctl -w user.max_user_namespaces"},
  {"no control groups", [](facts& f) { f.cgroup_kind.clear(); }, "cgroups", level::fail, "/sys/fs/cgroup",
   "mount -t cgroup2"},
  {"no memory controller", [](facts& f) { f.controllers.erase("memory"); }, "cgroups", level::fail,
   "without memory", "cgroup_enable=memory"},
  {"cgroup v1", [](facts& f) { f.cgroup_kind = "v1"; }, "cgroups", level::warn, "v1",
   "systemd.unified_cgroup_hierarchy=1"},
  {"no network namespaces", [](facts& f) { f.namespaces.erase("net"); }, "namespaces", level::fail,
   "net", "CONFIG_NAMESPACES"},
  {"no user namespaces", [](facts& f) { f.namespaces.erase("user"); }, "user-namespaces", level::warn,
   "root in a pod is root here", "CONFIG_USER_NS"},
  {"user namespaces switched off", [](facts& f) { f.max_user_namespaces = 0; }, "user-namespaces",
   level::warn, "only 0", "sysctl -w user.max_user_namespaces=65536"},
  {"no nft", [](facts& f) { f.nft = {}; }, "nftables", level::fail, "missing", "apt-get install nftables"},
  {"no tables in the kernel", [](facts& f) { f.nft_list = broken("netlink"); }, "nftables", level::fail,
   "netlink", "modprobe nf_tables"},
  {"no IPv4", [](facts& f) { f.ip_forward.clear(); }, "ip-forward", level::fail, "IPv4", "kernel"},
  {"iptables on bridges", [](facts& f) { f.bridge_calls_iptables = "1"; }, "bridge-netfilter",
   level::warn, "iptables", "sysctl -w net.bridge.bridge-nf-call-iptables=0"},
  {"root cannot be written", [](facts& f) { f.root.writable = false; f.root.why_not = "read-only"; },
   "root-directory", level::fail, "read-only", "--root"},
  {"disk full", [](facts& f) { f.root.free_bytes = 1 << 20; }, "root-directory", level::fail,
   "1 MiB free", "--root"},
  {"disk nearly full", [](facts& f) { f.root.free_bytes = 2 * gib; }, "root-directory", level::warn,
   "2 GiB free", "5 GiB"},
  {"root in memory", [](facts& f) { f.root.in_memory = true; }, "root-directory", level::warn,
   "lost", "--root"},
  {"run directory cannot be written", [](facts& f) { f.run.writable = false; }, "run-directory",
   level::fail, "/run/codius", "--run-dir"},
  {"secret for everybody", [](facts& f) { f.secret_mode = 0644; }, "secret", level::fail, "others",
   "chmod 600 /var/lib/codius/secret"},
  {"too little memory", [](facts& f) { f.memory_bytes = gib / 2; }, "memory", level::fail, "not room",
   "--max-memory-fraction"},
  {"memory in use", [](facts& f) { f.host_runs = false; f.available_bytes = 1 << 20; f.ports.clear(); },
   "memory", level::warn, "free now", "end"},
  {"clock of last century", [](facts& f) { f.now = {}; }, "clock", level::fail, "wrong", "timedatectl"},
  {"clock on its own", [](facts& f) { f.clock_synchronised = false; }, "clock", level::warn, "nobody",
   "systemd-timesyncd"},
  {"port taken", [](facts& f) { f.ports[0].holder = "nginx"; }, "port", level::fail, "nginx has it", "--port"},
  {"port taken by another codiusd", [](facts& f) { f.host_runs = false; }, "port", level::fail,
   "codiusd has it", "--port"},
  {"no such address", [](facts& f) { f.ports[0] = {"port", "192.0.2.1", 3000, broken("no address"), {}}; },
   "port", level::fail, "no address", "--port"},
  {"connector's port taken", [](facts& f) { f.ports[1].holder = "moneyd"; }, "ilp-port", level::fail,
   "moneyd", "--ilp-listen"},
  {"no DNS", [](facts& f) { f.dns.host = {}; f.dns.host_failure = "no such name"; }, "dns", level::fail,
   "no such name", "A record for host.example"},
  {"no wildcard", [](facts& f) { f.dns.wildcard = {}; }, "wildcard-dns", level::fail, "could not be reached",
   "CNAME record *.host.example"},
  {"wildcard elsewhere", [](facts& f) { f.dns.wildcard = {"198.51.100.1"}; }, "wildcard-dns",
   level::fail, "198.51.100.1", "*.host.example"},
  {"uplink down", [](facts& f) { f.uplink = broken("nothing listens at localhost:7769"); }, "uplink",
   level::fail, "nothing listens", "moneyd"},
  {"not reachable", [](facts& f) { f.reached = broken("timed out"); }, "public-uri", level::fail,
   "timed out", "127.0.0.1:3000"},
  {"somebody else answers", [](facts& f) { f.reached_name = "nginx"; }, "public-uri", level::fail,
   "no Codius host", "reverse proxy"},
  {"no host runs", [](facts& f) { f.reached.reset(); }, "public-uri", level::warn, "not tried",
   "systemctl start codiusd"},
};

} // namespace

TEST_SUITE("runtime/doctor/checks") {
  TEST_CASE("a machine on which all is fine gets ok everywhere, and nothing to mend") {
    for (const auto& [name, found] : diagnose(healthy())) {
      CAPTURE(name);
      CAPTURE(found.what);
      CHECK(found.how == level::ok);
      CHECK(found.mend.empty());
      CHECK_FALSE(found.what.empty());
    }
    CHECK(worst(diagnose(healthy())) == level::ok);
  }

  TEST_CASE("each seeded fault is found, named, and told how to mend") {
    std::set<std::string_view> tried;
    for (const auto& fault : faults) {
      CAPTURE(fault.name);
      auto f = healthy();
      fault.seed(f);
      bool seen = false;
      for (const auto& [name, found] : diagnose(f)) {
        CHECK((found.how == level::ok) == found.mend.empty());
        if (name != fault.check)
          continue;
        seen = true;
        CHECK(found.how == fault.how);
        CAPTURE(found.what);
        CAPTURE(found.mend);
        CHECK(found.what.find(fault.says) != std::string::npos);
        CHECK(found.mend.find(fault.mends) != std::string::npos);
      }
      CHECK(seen);
      tried.insert(fault.check);
    }
    CHECK(std::size(faults) >= 20);
    for (const auto& one : checks()) {
      CAPTURE(one.name);
      CHECK(tried.contains(one.name)); // no check that cannot fail
    }
  }

  TEST_CASE("one fault spoils no other check") {
    for (const auto& fault : faults) {
      if (std::string_view{fault.name} == "port taken by another codiusd")
        continue; // both ports, then
      CAPTURE(fault.name);
      auto f = healthy();
      fault.seed(f);
      for (const auto& [name, found] : diagnose(f)) {
        CAPTURE(name);
        CHECK((found.how == level::ok || name == fault.check));
      }
    }
  }

  TEST_CASE("without pods and names little is needed") {
    facts f;
    f.settings.pod_runtime = pod_runtime_kind::noop;
    f.settings.dev = true;
    f.settings.public_host = "localhost";
    f.root = f.run = {true, true, {}, 100 * gib, false};
    f.memory_bytes = f.available_bytes = 8 * gib;
    f.clock_synchronised = true;
    CHECK(worst(diagnose(f)) == level::ok);
  }

  TEST_CASE("a person reads a line a check, and a script the same as JSON") {
    auto f = healthy();
    f.skopeo = {};
    const auto all = diagnose(f);
    const auto text = as_text(all);
    CHECK(text.find("fail  skopeo            missing: it fetches images\n") != std::string::npos);
    CHECK(text.find("-> apt-get install skopeo\n") != std::string::npos);
    CHECK(text.ends_with(std::to_string(checks().size() - 1) + " ok, 0 warn, 1 fail\n"));
    const auto json = parse_json(as_json(all));
    REQUIRE(json);
    CHECK(*json->find_text("verdict") == "fail");
    const auto& list = *json->find("checks")->array();
    REQUIRE(list.size() == checks().size());
    for (size_t i = 0; i < list.size(); ++i) {
      CHECK(*list[i].find_text("name") == all[i].name);
      CHECK(*list[i].find_text("level") == to_string(all[i].found.how));
    }
  }

  TEST_CASE("no check says a secret of the uplink") {
    auto f = healthy();
    for (const bool up : {true, false}) {
      f.uplink = up ? ok() : broken();
      CHECK(as_json(diagnose(f)).find("hunter2") == std::string::npos);
    }
  }
}

TEST_SUITE("runtime/doctor/probe") {
  TEST_CASE("the holder of a port is found by its socket's inode") {
    const std::string table
      = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0\n"
        "   1: 0100007F:0BB9 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n";
    CHECK(listener_inode(table, 3000) == 4711);
    CHECK(listener_inode(table, 3001) == 0); // a connection is no listener
    CHECK(listener_inode(table, 3002) == 0);
    CHECK(listener_inode("", 3000) == 0);
    CHECK(listener_inode("heading\nrubbish\n\n", 3000) == 0);
  }
}
