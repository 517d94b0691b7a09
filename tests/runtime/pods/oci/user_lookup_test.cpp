#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/user_lookup.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/user_lookup");

namespace {

const std::string passwd = "root:x:0:0:root:/root:/bin/sh\n"
                           "broken line\n"
                           "web:x:1000:1001:w:/srv/web:/bin/sh\n"
                           "77:x:2000:2000::/seventy:/bin/sh\n"
                           "huge:x:70000:0::/:/bin/sh\n";
const std::string group
  = "root:x:0:\nweb:x:1001:\nlog:x:4:root,web\nadm:x:5:web\nbig:x:99999:web\n";

} // namespace

TEST_CASE("names and numbers of users and groups are found as in the image") {
  struct row {
    const char* spec;
    process_user who;
  };
  const row rows[] = {
    {"", {0, 0, {}, "/root"}},
    {"root", {0, 0, {4}, "/root"}},
    {"0", {0, 0, {4}, "/root"}},
    {"web", {1000, 1001, {4, 5}, "/srv/web"}},
    {"1000", {1000, 1001, {4, 5}, "/srv/web"}},
    {"web:log", {1000, 4, {}, "/srv/web"}},
    {"web:1234", {1000, 1234, {}, "/srv/web"}},
    {"1234", {1234, 0, {}, ""}},
    {"1234:5678", {1234, 5678, {}, ""}},
    {"77", {2000, 2000, {}, "/seventy"}}, // a name first, then a number
  };
  for (const auto& r : rows) {
    CAPTURE(r.spec);
    const auto who = resolve_user(r.spec, passwd, group);
    REQUIRE(who);
    CHECK(who->uid == r.who.uid);
    CHECK(who->gid == r.who.gid);
    CHECK(who->additional_gids == r.who.additional_gids);
    CHECK(who->home == r.who.home);
  }
  CHECK(resolve_user("", "", "")->uid == 0);
}

TEST_CASE("unknown names and numbers outside the mapping are refused") {
  for (const char* spec : {"nobody", "web:nobody", "65536", "web:65536", "huge", "-1", "4294967296",
                           "web:-1", " web"}) {
    CAPTURE(spec);
    const auto who = resolve_user(spec, passwd, group);
    REQUIRE_FALSE(who);
    CHECK(who.error().code == errc::start_failed);
  }
}

TEST_CASE("files are read as if the image were the whole machine") {
  const tests::temp_dir dir;
  const auto root = dir.path() + "/root";
  REQUIRE(make_dirs(root + "/etc", 0755));
  REQUIRE(write_text(dir.path() + "/secret", "outside"));
  REQUIRE(write_text(root + "/etc/real", "inside"));
  REQUIRE(::symlink("/etc/real", (root + "/etc/passwd").c_str()) == 0);
  CHECK(*read_in_root(root, "/etc/passwd") == "inside");
  REQUIRE(::symlink("../../secret", (root + "/etc/up").c_str()) == 0);
  CHECK(read_in_root(root, "/etc/up")->empty());
  REQUIRE(::symlink((dir.path() + "/secret").c_str(), (root + "/etc/absolute").c_str()) == 0);
  CHECK(read_in_root(root, "/etc/absolute")->empty());
  REQUIRE(::mkfifo((root + "/etc/pipe").c_str(), 0644) == 0);
  CHECK(read_in_root(root, "/etc/pipe")->empty());
  CHECK(read_in_root(root, "/etc/missing")->empty());
  REQUIRE(write_text(root + "/etc/large", std::string(2 << 20, 'x')));
  CHECK(read_in_root(root, "/etc/large").error().code == errc::too_large);
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
