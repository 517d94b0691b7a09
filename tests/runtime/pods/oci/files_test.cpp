#include "runtime/pods/oci/container.hpp"
#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/host.hpp"
#include "runtime/pods/oci/mounts.hpp"
#include "runtime/pods/oci/proc.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/files");

TEST_CASE("a tree is removed without following a link") {
  const tests::temp_dir dir;
  REQUIRE(make_dirs(dir.path() + "/keep", 0755));
  REQUIRE(write_text(dir.path() + "/keep/file", "x"));
  REQUIRE(make_dirs(dir.path() + "/tree/a/b", 0755));
  REQUIRE(write_text(dir.path() + "/tree/a/b/file", "x"));
  REQUIRE(::symlink("../keep", (dir.path() + "/tree/link").c_str()) == 0);
  CHECK(remove_tree(dir.path() + "/tree"));
  CHECK_FALSE(exists(dir.path() + "/tree"));
  CHECK(exists(dir.path() + "/keep/file"));
  CHECK(remove_tree(dir.path() + "/tree"));
  CHECK(remove_tree(dir.path() + "/keep/file"));
  REQUIRE(::symlink("keep", (dir.path() + "/root_link").c_str()) == 0);
  CHECK(remove_tree(dir.path() + "/root_link"));
  CHECK(exists(dir.path() + "/keep"));
}

TEST_CASE("directories get their mode, files are replaced in one step") {
  const tests::temp_dir dir;
  REQUIRE(make_dirs(dir.path() + "/a/b/c", 0711));
  struct stat st {};
  REQUIRE(::stat((dir.path() + "/a/b/c").c_str(), &st) == 0);
  CHECK((st.st_mode & 07777) == 0711);
  const auto file = dir.path() + "/a/file";
  CHECK(read_text(file).error().code == errc::not_found);
  REQUIRE(replace_text(file, "one"));
  REQUIRE(replace_text(file, "two"));
  CHECK(*read_text(file) == "two");
  CHECK(*names_in(dir.path() + "/a") == std::vector<std::string>{"b", "file"});
  CHECK(read_text(file, 2).error().code == errc::too_large);
  CHECK(names_in(dir.path() + "/none")->empty());
}

TEST_CASE("mounts are found by whole path parts, the last one first") {
  const std::string table = "1 0 8:1 / / rw - ext4 x rw\n"
                            "2 1 8:1 / /run/codius/pods/a/ns/net rw - nsfs nsfs rw\n"
                            "3 1 8:1 / /run/codius/pods/a rw - tmpfs t rw\n"
                            "4 3 8:1 / /run/codius/pods/ab rw - tmpfs t rw\n"
                            "5 3 8:1 / /run/codius/pods/a/with\\040space rw - tmpfs t rw\n";
  CHECK(mounts_below(table, "/run/codius/pods/a")
        == std::vector<std::string>{"/run/codius/pods/a/with space", "/run/codius/pods/a",
                                    "/run/codius/pods/a/ns/net"});
  CHECK(mounts_below(table, "/nothing").empty());
}

TEST_CASE("a process is told from a later one of its number") {
  CHECK(start_time_of("1 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 20") == 777);
  CHECK(start_time_of("1 (a) Z 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 20") == 0);
  CHECK(start_time_of("nonsense") == 0);
  const auto me = mark_process(::getpid());
  CHECK(is_alive(me));
  CHECK_FALSE(is_alive({me.pid, me.started + 1}));
  CHECK_FALSE(is_alive({}));
  CHECK(wait_for_end({{}, {me.pid, me.started + 1}}, std::chrono::milliseconds{1}));
  CHECK_FALSE(wait_for_end({me}, std::chrono::milliseconds{1}));
  CHECK_FALSE(boot_id().empty());
}

TEST_CASE("only a signal that is caught reaches the first process of a container") {
  const std::string status = "Name:\tx\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000004002\n";
  CHECK(catches(status, 15));
  CHECK(catches(status, 2));
  CHECK_FALSE(catches(status, 1));
  CHECK_FALSE(catches("", 15));
}

TEST_CASE("an engine's complaint is freed of stamps and levels") {
  struct row {
    const char* complaint;
    const char* reason;
  };
  const row rows[] = {
    {"time=\"2024-01-01T00:00:00Z\" level=error msg=\"runc create failed: unable to start "
     "container "
     "process: exec: \\\"nope\\\": executable file not found in $PATH\"\n",
     "exec: \"nope\": executable file not found in $PATH"},
    {"2024-01-01T00:00:00.000000Z: executable file `nope` not found in $PATH: No such file\n",
     "executable file `nope` not found in $PATH: No such file"},
    {"something else\n", "something else"},
    {"", ""},
  };
  for (const auto& r : rows) {
    CAPTURE(r.complaint);
    CHECK(engine_reason(r.complaint) == r.reason);
  }
}

TEST_CASE("engines are known by what they say of themselves") {
  CHECK(read_version("runc version 1.1.5+ds1\ncommit: x\n")
        == std::pair<std::string, std::string>{"runc", "1.1.5+ds1"});
  CHECK(read_version("crun version 1.8.1\n").first == "crun");
  CHECK(read_version("strange").first == "unknown");
  CHECK_FALSE(version_warning({"runc", "1.1.5+ds1", "", "", ""}).empty());
  CHECK_FALSE(version_warning({"crun", "1.8.1", "", "", ""}).empty());
  CHECK(version_warning({"runc", "1.4.0", "", "", ""}).empty());
  CHECK(version_warning({"crun", "1.28", "", "", ""}).empty());
  CHECK(engine_candidates("") == std::vector<std::string>{"crun", "runc"});
  CHECK(engine_candidates("/opt/x") == std::vector<std::string>{"/opt/x"});
}

TEST_CASE("settings that would break commands are refused by name") {
  CHECK(check_options({}));
  const auto bad = [](auto change) {
    oci_options options;
    change(options);
    const auto done = check_options(options);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::invalid);
  };
  bad([](auto& o) { o.state_dir = "relative"; });
  bad([](auto& o) { o.state_dir = "/with space"; });
  bad([](auto& o) { o.run_dir = "/a:b"; });
  bad([](auto& o) { o.run_dir = "/a/../b"; });
  bad([](auto& o) { o.bridge = "far-too-long-name"; });
  bad([](auto& o) { o.bridge = "a;b"; });
  bad([](auto& o) { o.pay_ip = "nowhere"; });
  bad([](auto& o) { o.dns_servers = {"dns.example"}; });
  bad([](auto& o) { o.max_pods = 0; });
  bad([](auto& o) { o.first_host_id = 0xfff00000; });
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
